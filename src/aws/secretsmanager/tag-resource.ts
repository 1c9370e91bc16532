import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { replicate } from './replication.ts'
import { checkWritable, secret } from './secret.ts'
import { demandAfter, newTags } from './tags.ts'
import { writeSecret } from './write-secret.ts'

/** Attaches tags to a secret. Refuses where the caller could not do so any more afterwards. */
export const tagResource = operation('TagResource', {
  on: secret,
  async handle(input, found: SecretRecord, context) {
    checkWritable(found)
    if (input.Tags.length === 0) return {}
    const after = { ...found, tags: newTags(found.tags ?? [], input.Tags), changedAt: context.call.now }
    await context.require(demandAfter('secretsmanager:TagResource', found, after))
    writeSecret(context.tx, found, await replicate(context, after))
    return {}
  },
})
