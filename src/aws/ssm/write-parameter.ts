import type { Transaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { oldestVersionLabelled } from './messages.ts'
import { pathOf } from './parameter.ts'
import { cancelPolicies, planPolicies } from './policy-schedule.ts'
import {
  formerKey,
  formerVersions,
  parameterKey,
  type ParameterRecord,
  parameters,
  type VersionRecord,
} from './records.ts'
import { listShares } from './shares.ts'
import { countTier } from './tier.ts'
import { labelsOf } from './version.ts'

/** Writes a parameter of which no version is new: its labels, tags or shares. */
export function writeParameter(tx: Transaction, parameter: ParameterRecord): void {
  parameters.put(tx, parameter, ...parameterKey(parameter.account, parameter.region, pathOf(parameter)))
}

/** Writes a parameter that is new. */
export async function createParameter(context: Context, parameter: ParameterRecord): Promise<void> {
  writeParameter(context.tx, parameter)
  await countTier(context.tx, undefined, parameter)
  planWork(context, parameter)
}

/** Adds a version; the oldest one goes where there are as many as are kept, unless it has a label. */
export async function addVersion(
  context: Context,
  before: ParameterRecord,
  version: VersionRecord,
): Promise<ParameterRecord> {
  const { tx, platform } = context
  const { account, region, name } = before
  const path = pathOf(before)
  const oldest = Math.max(before.oldest, version.version - platform.quotas.parameterVersions + 1)
  for (let gone = before.oldest; gone < oldest; gone++) {
    if (labelsOf(before, gone).length > 0) throw oldestVersionLabelled(name, gone)
    formerVersions.delete(tx, ...formerKey(account, region, path, gone))
  }
  if (before.current.version >= oldest) {
    formerVersions.put(tx, before.current, ...formerKey(account, region, path, before.current.version))
  }
  const after = { ...before, current: version, oldest }
  writeParameter(tx, after)
  await countTier(tx, before, after)
  cancelPolicies(tx, before)
  planWork(context, after)
  return after
}

function planWork({ tx, platform }: Context, parameter: ParameterRecord): void {
  if (parameter.current.policies.length === 0) return
  planPolicies(tx, parameter)
  tx.afterCommit(() => platform.wakeScheduler())
}

/** Takes a parameter away with all its versions. Whoever adds a version reads the parameter, so none can appear meanwhile. */
export async function removeParameter(tx: Transaction, parameter: ParameterRecord): Promise<void> {
  const { account, region, oldest, current } = parameter
  const path = pathOf(parameter)
  parameters.delete(tx, ...parameterKey(account, region, path))
  for (let version = oldest; version < current.version; version++) {
    formerVersions.delete(tx, ...formerKey(account, region, path, version))
  }
  cancelPolicies(tx, parameter)
  listShares(tx, parameter, undefined)
  await countTier(tx, parameter, undefined)
}
