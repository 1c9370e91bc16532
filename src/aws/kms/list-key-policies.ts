import { ownKey } from './find-key.ts'
import { readMarker } from './marker.ts'
import { operation } from './operation.ts'

/** The names of a key's policies: each key has the one named `default`. */
export const listKeyPolicies = operation('ListKeyPolicies', {
  on: ownKey,
  async handle({ Marker }, record, context) {
    await readMarker({ operation: 'ListKeyPolicies', of: [record.id] }, context, Marker)
    return { PolicyNames: ['default'], Truncated: false }
  },
})
