import { uuid } from '../../base/ids.ts'
import type { Transaction } from '../../store/store.ts'
import { shareCode } from './code.ts'
import { tooManyVersions } from './messages.ts'
import { type FunctionRecord, functions, type VersionRecord, versionKey, versions } from './records.ts'

/** So many that they can be deleted with the function in one transaction. */
export const mostVersions = 2_000

/** The function with `$LATEST` frozen as a new version, and that version; the last one again where nothing changed since. */
export async function publish(
  tx: Transaction,
  fn: FunctionRecord,
  description: string | undefined,
): Promise<{ readonly fn: FunctionRecord; readonly version: VersionRecord }> {
  const last = fn.lastVersion === 0 ? undefined : await versions.get(tx, ...versionKey(fn, String(fn.lastVersion)))
  const number = String(fn.lastVersion + 1)
  const fresh: VersionRecord = {
    ...fn.latest,
    version: number,
    description: description ?? fn.latest.description,
    revisionId: uuid(),
  }
  if (last && essence(last) === essence(fn.latest)) return { fn, version: last }
  if (fn.published >= mostVersions) throw tooManyVersions(mostVersions)
  await shareCode(tx, fn, fresh.code)
  versions.put(tx, fresh, ...versionKey(fn, number))
  const published = { ...fn, lastVersion: fn.lastVersion + 1, published: fn.published + 1 }
  functions.put(tx, published, fn.account, fn.region, fn.name)
  return { fn: published, version: fresh }
}

/** What makes two versions the same for whoever runs them. */
function essence({ version: _version, revisionId: _id, modifiedAt: _at, description: _text, ...rest }: VersionRecord) {
  return JSON.stringify(rest)
}
