import { compileArnPattern, matchesArn } from '../arn-pattern.ts'
import { templateParts } from '../template.ts'
import type { CompileValue } from './operator.ts'

/** `ArnEquals` and `ArnLike` are one operator: each of the six fields is compared, and each may have `*` and `?`. */
export const arnLike: CompileValue = (value, { variables }) => {
  const parts = templateParts(value, { variables, wildcards: true })
  if (parts === undefined) return { refused: 'variable' }
  const pattern = compileArnPattern(parts)
  return { test: (actual, context) => matchesArn(pattern, actual, context) === true }
}
