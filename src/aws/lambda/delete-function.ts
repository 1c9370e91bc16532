import { mostAliases } from './alias.ts'
import { countFunctions, dropCode } from './code.ts'
import { qualifiedFunction } from './find-function.ts'
import { functionNotFound, latestStays, numberedOnly, versionInUse } from './messages.ts'
import { operation } from './operation.ts'
import type { Transaction } from '../../store/store.ts'
import { mostVersions } from './publish.ts'
import { aliases, type FunctionRecord, functions, versionKey, versions } from './records.ts'
import { functionArn } from './reference.ts'

/** Deletes a function with all its versions and aliases, or one version. */
export const deleteFunction = operation('DeleteFunction', {
  on: qualifiedFunction,
  async handle(_input, { fn, qualifier }, { tx, call, platform }) {
    if (qualifier === undefined) await deleteWhole(tx, fn, call.now)
    else await deleteVersion(tx, fn, qualifier, call.now)
    const prefix = functionArn(fn, qualifier)
    tx.afterCommit(() => platform.functions?.forget(`${prefix}:`))
    return { StatusCode: 204 }
  },
})

async function deleteWhole(tx: Transaction, fn: FunctionRecord, now: number): Promise<void> {
  const { account, region, name } = fn
  const under = [account, region, name]
  for (const { segments, record } of await versions.range(tx, { under, limit: mostVersions })) {
    await dropCode(tx, fn, record.code, now)
    versions.delete(tx, ...segments)
  }
  for (const { segments } of await aliases.range(tx, { under, limit: mostAliases })) aliases.delete(tx, ...segments)
  await dropCode(tx, fn, fn.latest.code, now)
  await countFunctions(tx, fn, -1)
  functions.delete(tx, account, region, name)
}

async function deleteVersion(tx: Transaction, fn: FunctionRecord, qualifier: string, now: number): Promise<void> {
  if (qualifier === '$LATEST') throw latestStays()
  if (!/^\d+$/.test(qualifier)) throw numberedOnly()
  const version = await versions.get(tx, ...versionKey(fn, qualifier))
  if (!version) throw functionNotFound(functionArn(fn, qualifier))
  const using = await aliases.range(tx, { under: [fn.account, fn.region, fn.name], limit: mostAliases })
  const names = using
    .filter(({ record }) => [record.version, ...record.weights.map(([other]) => other)].includes(qualifier))
    .map(({ record }) => record.name)
  if (names.length > 0) throw versionInUse(names)
  await dropCode(tx, fn, version.code, now)
  versions.delete(tx, ...versionKey(fn, qualifier))
  functions.put(tx, { ...fn, published: fn.published - 1 }, fn.account, fn.region, fn.name)
}
