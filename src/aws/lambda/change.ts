import { uuid } from '../../base/ids.ts'
import type { Context } from '../operation.ts'
import { otherRevision } from './messages.ts'
import { type FunctionRecord, functions, type VersionRecord } from './records.ts'
import { functionArn } from './reference.ts'

/** Puts `$LATEST` with changes, under a new revision, and lets go of the processes that run the old one. */
export function changeLatest(fn: FunctionRecord, changes: Partial<VersionRecord>, context: Context): FunctionRecord {
  const { tx, call, platform } = context
  const latest = { ...fn.latest, ...changes, modifiedAt: call.now, revisionId: uuid() }
  const changed = { ...fn, latest }
  functions.put(tx, changed, fn.account, fn.region, fn.name)
  tx.afterCommit(() => platform.functions?.forget(`${functionArn(fn)}:$LATEST:`))
  return changed
}

/** Refuses a change that was made for another state than the present one. */
export function checkRevision(given: string | undefined, present: { readonly revisionId: string } | undefined): void {
  if (given !== undefined && given !== present?.revisionId) throw otherRevision()
}
