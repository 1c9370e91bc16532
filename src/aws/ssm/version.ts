import type { Transaction } from '../../store/store.ts'
import { pathOf } from './parameter.ts'
import { formerKey, formerVersions, type ParameterRecord, type VersionRecord } from './records.ts'

/** The newest version, the one with a number, or the one that carries a label. */
export async function findVersion(
  tx: Transaction,
  parameter: ParameterRecord,
  selector: string | undefined,
): Promise<VersionRecord | undefined> {
  if (selector === undefined) return parameter.current
  const number = /^\d{1,12}$/.test(selector) ? Number(selector) : holderOf(parameter, selector)
  if (number === undefined) return undefined
  const [version] = await readVersions(tx, parameter, [number])
  return version
}

/** The number of the version that carries a label. */
export function holderOf({ labels }: ParameterRecord, label: string): number | undefined {
  return labels.find(([attached]) => attached === label)?.[1]
}

export function labelsOf({ labels }: ParameterRecord, version: number): readonly string[] {
  return labels.filter(([, holder]) => holder === version).map(([label]) => label)
}

export function hasVersion({ oldest, current }: ParameterRecord, version: number): boolean {
  return version >= oldest && version <= current.version
}

/** Versions by number, the current one and former ones alike; nothing for those that are no more. */
export async function readVersions(
  tx: Transaction,
  parameter: ParameterRecord,
  numbers: readonly number[],
): Promise<readonly (VersionRecord | undefined)[]> {
  const { account, region, current } = parameter
  const path = pathOf(parameter)
  const former = numbers.filter((number) => number !== current.version && hasVersion(parameter, number))
  const rows = await formerVersions.getAll(
    tx,
    former.map((number) => formerKey(account, region, path, number)),
  )
  const byNumber = new Map(former.map((number, index) => [number, rows[index]]))
  return numbers.map((number) => (number === current.version ? current : byNumber.get(number)))
}
