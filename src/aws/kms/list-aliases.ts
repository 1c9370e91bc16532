import type { Context } from '../operation.ts'
import { callersAccount } from './account.ts'
import { findKey } from './find-key.ts'
import { aliasArn } from './key.ts'
import { pageOf, readMarker } from './marker.ts'
import { operation } from './operation.ts'
import { type AliasRecord, aliasTable } from './records.ts'

const mostPerPage = 100

/** The aliases of the account in the region, or those of one key, in the order of their names. */
export const listAliases = operation('ListAliases', {
  on: callersAccount,
  async handle({ KeyId: keyId, Limit = 50, Marker }, _record, context) {
    const limit = Math.min(Limit, mostPerPage)
    const listing = { operation: 'ListAliases', of: [keyId ?? null] }
    const last = await readMarker(listing, context, Marker)
    const aliases = keyId === undefined ? await allAfter(last, limit, context) : await ofKey(keyId, last, context)
    const { entries, end } = await pageOf(listing, context, aliases, limit, ({ name }) => name)
    const { account } = context.call.caller
    return {
      Aliases: entries.map(({ name, target, createdAt, updatedAt }) => ({
        AliasName: name,
        AliasArn: aliasArn(account, context.call.region, name),
        TargetKeyId: target,
        CreationDate: createdAt,
        LastUpdatedDate: updatedAt,
      })),
      ...end,
    }
  },
})

async function allAfter(last: string | undefined, limit: number, { tx, call }: Context) {
  const under = [call.caller.account, call.region]
  const after = last === undefined ? {} : { after: [...under, last] }
  const rows = await aliasTable.range(tx, { under, limit: limit + 1, ...after })
  return rows.map(({ record }) => record)
}

async function ofKey(keyId: string, last: string | undefined, context: Context): Promise<readonly AliasRecord[]> {
  const { tx, call } = context
  const { account } = call.caller
  const found = await findKey(keyId, context)
  const record = 'record' in found && found.account === account ? found.record : undefined
  const names = (record?.aliases ?? []).filter((name) => last === undefined || name > last).toSorted()
  const rows = await aliasTable.getAll(
    tx,
    names.map((name) => [account, call.region, name]),
  )
  return rows.filter((row) => row !== undefined)
}
