import type { ServiceSetting } from '../models/ssm.ts'
import type { Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Resource } from '../resource.ts'
import { invalidSettingValue, settingNotFound } from './messages.ts'
import { hereOf } from './name.ts'
import { type SettingRecord, settings } from './records.ts'

/** The settings of Parameter Store: what they may be, as AWS sets them first. */
const choices = {
  'default-parameter-tier': ['Standard', 'Advanced', 'Intelligent-Tiering'],
  'high-throughput-enabled': ['false', 'true'],
} as const

type SettingName = keyof typeof choices

const prefix = '/ssm/parameter-store/'

/** A setting of an account, which may be as AWS set it. */
export interface Setting {
  readonly name: SettingName
  readonly record: SettingRecord | undefined
}

/** The setting that a request names by its id or its ARN. */
export async function setting(input: { readonly SettingId: string }, finding: Finding): Promise<Resource<Setting>> {
  const { account, region } = hereOf(finding.call)
  const arnPrefix = arnOf(account, region, '')
  const id = input.SettingId.startsWith(arnPrefix) ? input.SettingId.slice(arnPrefix.length) : input.SettingId
  const name = id.startsWith(prefix) ? id.slice(prefix.length) : ''
  const facts = { arn: arnOf(account, region, id.startsWith('/') ? id : `/${id}`), account }
  if (!isSettingName(name)) return { ...facts, missing: settingNotFound() }
  return { ...facts, record: { name, record: await settings.get(finding.tx, account, region, name) } }
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(choices, name)
}

function arnOf(account: string, region: string, id: string): string {
  return `arn:${partitionOf(region)}:ssm:${region}:${account}:servicesetting${id}`
}

/** What a setting of the caller's account is. */
export async function readSetting(finding: Finding, name: SettingName): Promise<string> {
  const { account, region } = hereOf(finding.call)
  return (await settings.get(finding.tx, account, region, name))?.value ?? choices[name][0]
}

export function writeSetting(finding: Finding, name: SettingName, value: string): void {
  const valid: readonly string[] = choices[name]
  if (!valid.includes(value)) throw invalidSettingValue(value, valid)
  const { account, region } = hereOf(finding.call)
  const { now, caller } = finding.call
  settings.put(finding.tx, { value, modifiedAt: now, modifiedBy: caller.arn }, account, region, name)
}

export function resetSetting(finding: Finding, name: SettingName): void {
  const { account, region } = hereOf(finding.call)
  settings.delete(finding.tx, account, region, name)
}

export function describeSetting({ name, record }: Setting, finding: Finding): ServiceSetting {
  const { account, region } = hereOf(finding.call)
  return {
    SettingId: `${prefix}${name}`,
    SettingValue: record?.value ?? choices[name][0],
    LastModifiedDate: record?.modifiedAt,
    LastModifiedUser: record?.modifiedBy ?? 'System',
    ARN: arnOf(account, region, `${prefix}${name}`),
    Status: record ? 'Customized' : 'Default',
  }
}
