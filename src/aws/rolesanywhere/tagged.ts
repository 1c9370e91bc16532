import { parseArn } from '../../iam/arn.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { factsOf, type Kind, kinds } from './kind.ts'
import { notFound } from './messages.ts'
import type { AnyRecord } from './records.ts'

/** A resource of any kind, and which. */
export interface Tagged {
  readonly kind: Kind<AnyRecord>
  readonly record: AnyRecord
}

/** Rule for operations on whatever of the caller's account and region an ARN names. */
export async function tagged(
  { resourceArn }: { readonly resourceArn: string },
  { tx, call }: Finding,
): Promise<Resource<Tagged>> {
  const { account } = call.caller
  const arn = parseArn(resourceArn)
  const [noun, id = ''] = arn?.resource.split('/') ?? []
  const kind = kinds.find((one) => one.noun === noun)
  const here = arn?.service === 'rolesanywhere' && arn.account === account && arn.region === call.region
  const record = kind && here ? await kind.table.get(tx, account, call.region, id) : undefined
  if (kind && record) return { ...factsOf(kind, record), record: { kind, record } }
  return { arn: resourceArn, account, missing: notFound('resource', resourceArn) }
}
