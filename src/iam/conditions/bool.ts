import type { CompileValue } from './operator.ts'

/** `Bool`: `true` or `false`, in any case. */
export const bool: CompileValue = (value) => {
  const wanted = value.toLowerCase()
  if (wanted !== 'true' && wanted !== 'false') return { refused: 'value' }
  return { test: (actual) => actual === wanted || actual.toLowerCase() === wanted }
}
