import { equalBytes, fromBase64 } from '../../base/bytes.ts'
import type { CompileValue } from './operator.ts'

/** `BinaryEquals`: both sides are base64, and their bytes are the same. */
export const binaryEquals: CompileValue = (value) => {
  const wanted = fromBase64(value)
  if (wanted === undefined) return { refused: 'value' }
  return {
    test: (text) => {
      const actual = fromBase64(text)
      return actual !== undefined && equalBytes(actual, wanted)
    },
  }
}
