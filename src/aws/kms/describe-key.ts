import { key, requestAlias } from './find-key.ts'
import { describe } from './metadata.ts'
import { operation } from './operation.ts'

/** Tells everything about a key except its material and its policy. */
export const describeKey = operation('DescribeKey', {
  on: key,
  conditions: (input) => ({ 'kms:RequestAlias': requestAlias(input.KeyId) }),
  async handle(_input, record, { tx }) {
    return { KeyMetadata: await describe(tx, record) }
  },
})
