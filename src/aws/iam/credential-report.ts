import type { Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { findAccount, roots } from './accounts.ts'
import { findLastUse } from './last-use.ts'
import { accessKeys, users } from './records.ts'

export const reportLifetime = 4 * 60 * 60 * 1000

/** The columns that AWS documents (IAM user guide, «Generate credential reports»). */
const head = [
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active',
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service',
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service',
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated',
].join(',')

const mostUsers = 5000

/** A line for the root user and one for each user. */
export async function credentialReport(finding: Finding): Promise<string> {
  const { tx, call } = finding
  const { account } = call.caller
  const root = await roots.get(tx, account)
  const made = (await findAccount(tx, account))?.createdAt
  const arn = `arn:${partitionOf(call.region)}:iam::${account}:root`
  const lines = [
    head,
    await line({ name: '<root_account>', arn, createdAt: made }, root?.accessKeys ?? [], false, finding),
  ]
  for (const { record: user } of await users.range(tx, { under: [account], limit: mostUsers })) {
    lines.push(await line(user, user.accessKeys, user.mfaDevices.length > 0, finding))
  }
  return `${lines.join('\n')}\n`
}

interface Holder {
  readonly name: string
  readonly arn: string
  readonly createdAt: number | undefined
}

async function line(
  { name, arn, createdAt }: Holder,
  keyIds: readonly string[],
  mfa: boolean,
  { tx }: Finding,
): Promise<string> {
  const keys: string[] = []
  for (const index of [0, 1]) {
    const id = keyIds[index]
    const key = id === undefined ? undefined : await accessKeys.get(tx, id)
    const use = key && (await findLastUse(tx, key.id))
    keys.push(String(key?.active ?? false), timeText(key?.createdAt), timeText(use?.at))
    keys.push(use?.region ?? 'N/A', use?.service ?? 'N/A')
  }
  const fields = [name, arn, timeText(createdAt), 'false', 'N/A', 'N/A', 'N/A', String(mfa), ...keys]
  return [...fields, 'false', 'N/A', 'false', 'N/A'].map(field).join(',')
}

function timeText(time: number | undefined): string {
  return time === undefined ? 'N/A' : `${new Date(time).toISOString().slice(0, 19)}+00:00`
}

/** Names may have commas in them. */
function field(text: string): string {
  return text.includes(',') ? `"${text}"` : text
}
