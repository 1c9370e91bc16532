import { checkAliasName, requireOnAlias } from './alias.ts'
import { findKey } from './find-key.ts'
import { operation } from './operation.ts'
import { aliasTable, keyTable } from './records.ts'

/** Takes a name from a key, which stays as it is. */
export const deleteAlias = operation('DeleteAlias', {
  async on({ AliasName: name }, finding) {
    checkAliasName(name)
    return findKey(name, finding)
  },
  async handle({ AliasName: name }, record, context) {
    const { tx } = context
    const { account, region, id } = record
    await requireOnAlias(context, 'kms:DeleteAlias', name)
    aliasTable.delete(tx, account, region, name)
    keyTable.put(tx, { ...record, aliases: record.aliases.filter((own) => own !== name) }, account, region, id)
    return {}
  },
})
