import { Secret } from '../../base/secret.ts'
import { operation } from './operation.ts'
import { tagged } from './tagged.ts'

export const listTagsForResource = operation('ListTagsForResource', {
  on: tagged,
  handle: async (_input, { record }) => ({
    tags: record.tags.map(({ key, value }) => ({ key: new Secret(key), value: new Secret(value) })),
  }),
})
