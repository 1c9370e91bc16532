import { parseArn } from '../../iam/arn.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { factsOf } from './entity.ts'
import { entityNotFound } from './messages.ts'
import { groups, roles, users } from './records.ts'

const kinds = { user: users, role: roles, group: groups } as const

/** The user, role or group that an ARN names. */
export async function entityByArn(arn: string, { tx }: Finding): Promise<Resource<unknown> | undefined> {
  const parsed = parseArn(arn)
  const [type = '', ...path] = parsed?.resource.split('/') ?? []
  if (parsed?.service !== 'iam' || !Object.hasOwn(kinds, type)) return undefined
  const kind = type as keyof typeof kinds
  const name = path.at(-1) ?? ''
  const { account } = parsed
  const record = await kinds[kind].get(tx, account, name.toLowerCase())
  return record?.arn === arn
    ? { ...factsOf(record, account), record }
    : { arn, account, missing: entityNotFound(kind, name) }
}
