import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { replicate } from './replication.ts'
import { checkWritable, secret } from './secret.ts'
import { demandAfter, remainingTags } from './tags.ts'
import { writeSecret } from './write-secret.ts'

/** Takes tags off a secret. Refuses where the caller could not do so any more afterwards. */
export const untagResource = operation('UntagResource', {
  on: secret,
  async handle(input, found: SecretRecord, context) {
    checkWritable(found)
    const tags = remainingTags(found.tags ?? [], input.TagKeys)
    if (tags.length === (found.tags?.length ?? 0)) return {}
    const after = { ...found, tags, changedAt: context.call.now }
    await context.require(demandAfter('secretsmanager:UntagResource', found, after))
    writeSecret(context.tx, found, await replicate(context, after))
    return {}
  },
})
