import { uuid } from '../../base/ids.ts'
import type { Finding } from '../operation.ts'
import { newMaterial, putMaterial } from './material.ts'
import { managedPolicy } from './policy.ts'
import { type AliasRecord, aliasTable, type KeyRecord, keyTable } from './records.ts'
import { defaultPeriodDays, firstRotation, planRotation } from './rotation.ts'

/** The services that have a key of their own in each account, as the alias and the texts of AWS name them. */
const services: Readonly<Record<string, { readonly title: string; readonly description: string }>> = {
  __proto__: null as never,
  secretsmanager: {
    title: 'AWS Secrets Manager',
    description: 'Default key that protects my Secrets Manager data when no other key is defined',
  },
  ssm: {
    title: 'AWS Systems Manager',
    description: 'Default key that protects my SSM parameters when no other key is defined',
  },
  lambda: {
    title: 'AWS Lambda',
    description: 'Default key that protects my Lambda functions when no other key is defined',
  },
}

/**
 * The key behind an alias such as `alias/aws/secretsmanager`, made now where the account has none yet in this region. Nothing
 * where no service has that alias.
 */
export async function findManagedKey(alias: string, finding: Finding): Promise<KeyRecord | undefined> {
  const service = alias.startsWith('alias/aws/') ? alias.slice('alias/aws/'.length) : ''
  const description = services[service]
  if (!description) return undefined
  const { tx, call, platform } = finding
  const { account } = call.caller
  const now = platform.clock.now()
  const material = await newMaterial('SYMMETRIC_DEFAULT', 1, now)
  const record: KeyRecord = {
    account,
    region: call.region,
    id: uuid(),
    createdAt: now,
    description: description.description,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    manager: 'AWS',
    state: 'Enabled',
    policy: managedPolicy(account, call.region, service, description.title),
    tags: [],
    aliases: [alias],
    grants: 0,
    material: material.id,
    rotation: { periodDays: defaultPeriodDays, nextAt: firstRotation(now, defaultPeriodDays) },
  }
  keyTable.put(tx, record, account, call.region, record.id)
  putMaterial(tx, record, material)
  const named: AliasRecord = { name: alias, target: record.id, createdAt: now, updatedAt: now }
  aliasTable.put(tx, named, account, call.region, alias)
  planRotation(tx, record)
  return record
}
