import { table } from '../../store/table.ts'
import { parseArn } from '../../iam/arn.ts'
import { partitionOf } from '../partition.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import type { Tag } from '../tags.ts'
import { deviceNotFound, entityNotFound, unparsableArn } from './messages.ts'
import { endOf, stepAt, stepOf } from './one-time-code.ts'
import type { UserRecord } from './records.ts'
import { tagValues } from './tags.ts'

/** A virtual device for a second factor. */
export interface MfaDeviceRecord {
  /** Its serial number. */
  readonly arn: string
  readonly account: string
  readonly name: string
  /** In base 64. */
  readonly seed: string
  readonly createdAt: number
  readonly tags: readonly Tag[]
  /** Whose second factor it is, once it is enabled. */
  readonly user?: { readonly id: string; readonly name: string; readonly since: number }
  /** The last step of which a code was taken: none is taken twice. */
  readonly lastStep?: number
}

/** By account and name in lower case. */
export const mfaDevices = table<MfaDeviceRecord>({ name: 'iam/mfa-device', version: 1 })

export function deviceArn(path: string, name: string, { caller, region }: Finding['call']): string {
  return `arn:${partitionOf(region)}:iam::${caller.account}:mfa${path}${name}`
}

function rowOf(serial: string): readonly [account: string, name: string] | undefined {
  const parsed = parseArn(serial)
  if (parsed?.service !== 'iam' || !parsed.resource.startsWith('mfa/')) return undefined
  return [parsed.account, parsed.resource.slice(parsed.resource.lastIndexOf('/') + 1).toLowerCase()]
}

export async function findDevice({ tx }: Pick<Finding, 'tx'>, serial: string): Promise<MfaDeviceRecord | undefined> {
  const row = rowOf(serial)
  const device = row && (await mfaDevices.get(tx, ...row))
  return device?.arn === serial ? device : undefined
}

export function saveDevice(device: MfaDeviceRecord, { tx }: Pick<Finding, 'tx'>): void {
  mfaDevices.put(tx, device, device.account, device.name.toLowerCase())
}

/** Rule for operations on a device by its serial number, in the caller's account. */
export async function deviceWithSerial(
  { SerialNumber: arn }: { readonly SerialNumber: string },
  finding: Finding,
): Promise<Resource<MfaDeviceRecord>> {
  const { account } = finding.call.caller
  if (!rowOf(arn)) throw unparsableArn()
  const record = await findDevice(finding, arn)
  if (record?.account !== account) return { arn, account, missing: deviceNotFound(arn) }
  return { arn, account, tags: tagValues(record.tags), record }
}

/** The device that is a user's second factor under a serial number. */
export async function deviceOfUser(serial: string, user: UserRecord, finding: Finding): Promise<MfaDeviceRecord> {
  const device = await findDevice(finding, serial)
  if (!device || !user.mfaDevices.includes(serial)) throw deviceNotFound(serial)
  if (device.user?.id !== user.id) throw entityNotFound('user', user.name)
  return device
}

/** How many wrong codes in a row are looked at before a device is left alone for a while. */
const patience = 5
const longestLock = 60 * 60_000
const mostKnown = 10_000

interface Failures {
  readonly count: number
  readonly lockedUntil: number
}

/**
 * Wrong codes in a row, by device, in this process: six digits must not be tried through. Each five of them double the time for
 * which no more are looked at, up to an hour.
 */
const failures = new Map<string, Failures>()

/**
 * The step that a code is of, if it is one of the device's for this moment and none that was taken before. After some wrong
 * codes no more are looked at for a while. `now` is the machine's time: authenticators know no other.
 */
export function takeCode(device: MfaDeviceRecord, code: string, now: number): number | undefined {
  const { arn, createdAt, lastStep = -1 } = device
  const name = `${arn} ${createdAt}`
  const failed = failures.get(name)
  if (failed && now < failed.lockedUntil) return undefined
  const step = stepAt(now)
  const steps = [step - 1, step, step + 1].filter((one) => one > lastStep)
  const taken = stepOf(code, Buffer.from(device.seed, 'base64'), steps)
  failures.delete(name)
  if (taken === undefined) {
    const count = (failed?.count ?? 0) + 1
    if (failures.size >= mostKnown) failures.delete(failures.keys().next().value as string)
    failures.set(name, { count, lockedUntil: count % patience === 0 ? lockEnd(count / patience, step) : 0 })
  }
  return taken
}

/** At the end of a step: the first lock ends with the step in which it began. */
function lockEnd(locks: number, step: number): number {
  return endOf(step) + Math.min(30_000 * (2 ** (locks - 1) - 1), longestLock)
}
