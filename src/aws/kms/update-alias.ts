import { assert } from '../../base/assert.ts'
import { checkAliasName, requireOnAlias } from './alias.ts'
import { keyConditions } from './conditions.ts'
import { ownKey } from './find-key.ts'
import { aliasArn, keyOf } from './key.ts'
import { checkState } from './key-state.ts'
import { keySpecs } from './key-specs.ts'
import { aliasKeysDiffer, aliasNotFound, tooManyAliases } from './messages.ts'
import { operation } from './operation.ts'
import { aliasTable, type KeyRecord, keyTable } from './records.ts'

/** Lets an alias name another key of the same type and usage. */
export const updateAlias = operation('UpdateAlias', {
  async on(input, finding) {
    checkAliasName(input.AliasName)
    return ownKey({ KeyId: input.TargetKeyId }, finding)
  },
  async handle({ AliasName: name }, record, context) {
    const { tx, platform } = context
    const { account, region, id } = record
    const alias = await aliasTable.get(tx, account, region, name)
    await requireOnAlias(context, 'kms:UpdateAlias', name)
    if (!alias) throw aliasNotFound(aliasArn(account, region, name))
    const before = await keyTable.get(tx, account, region, alias.target)
    assert(before, 'an alias names a key that is there')
    await context.require({ action: 'kms:UpdateAlias', resource: keyOf(before), conditions: keyConditions(before) })
    checkState(record, 'Enabled', 'Disabled', 'PendingImport', 'Unavailable')
    if (before.usage !== record.usage || typeOf(before) !== typeOf(record)) throw aliasKeysDiffer()
    aliasTable.put(tx, { ...alias, target: id, updatedAt: platform.clock.now() }, account, region, name)
    if (before.id === id) return {}
    const most = platform.quotas.aliasesPerKey
    if (record.aliases.length >= most) throw tooManyAliases(most)
    keyTable.put(tx, { ...before, aliases: before.aliases.filter((own) => own !== name) }, account, region, before.id)
    keyTable.put(tx, { ...record, aliases: [...record.aliases, name] }, account, region, id)
    return {}
  },
})

function typeOf({ spec }: KeyRecord): string {
  const kind = keySpecs[spec]?.kind ?? ''
  return kind.startsWith('hmac') ? 'hmac' : kind === 'aes-256' ? 'symmetric' : 'asymmetric'
}
