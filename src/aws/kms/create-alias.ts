import { checkAliasName, requireOnAlias } from './alias.ts'
import { ownKey } from './find-key.ts'
import { aliasArn } from './key.ts'
import { checkState } from './key-state.ts'
import { aliasExists, tooManyAliases } from './messages.ts'
import { operation } from './operation.ts'
import { aliasTable, keyTable } from './records.ts'

/** Gives a key another name. */
export const createAlias = operation('CreateAlias', {
  async on(input, finding) {
    checkAliasName(input.AliasName)
    return ownKey({ KeyId: input.TargetKeyId }, finding)
  },
  async handle({ AliasName: name }, record, context) {
    const { tx, platform } = context
    const { account, region, id } = record
    await requireOnAlias(context, 'kms:CreateAlias', name)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport', 'Unavailable')
    if (await aliasTable.get(tx, account, region, name)) throw aliasExists(aliasArn(account, region, name))
    const most = platform.quotas.aliasesPerKey
    if (record.aliases.length >= most) throw tooManyAliases(most)
    const now = platform.clock.now()
    aliasTable.put(tx, { name, target: id, createdAt: now, updatedAt: now }, account, region, name)
    keyTable.put(tx, { ...record, aliases: [...record.aliases, name] }, account, region, id)
    return {}
  },
})
