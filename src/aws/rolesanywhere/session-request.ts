import { parseArn } from '../../iam/arn.ts'
import type { Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { invalidArn, otherParameter, parameterMissing } from './messages.ts'
import type { CreateSessionRequest } from './session-shapes.ts'

/** What a session is asked for by: all of one account. */
export interface AskedSession {
  readonly account: string
  readonly trustAnchor: AskedResource
  readonly profile: AskedResource
  readonly roleArn: string
}

interface AskedResource {
  readonly arn: string
  readonly id: string
}

/** Reads the three ARNs, from the URI or the body. They need not exist; they have to be of one account and this region. */
export function readAsked(input: CreateSessionRequest, { call }: Pick<Finding, 'call'>): AskedSession {
  const trustAnchor = once('trustAnchorArn', input.trustAnchorArn, input.queryTrustAnchorArn)
  const profile = once('profileArn', input.profileArn, input.queryProfileArn)
  const roleArn = once('roleArn', input.roleArn, input.queryRoleArn)
  const { account, id } = resourceId('trustAnchorArn', trustAnchor, 'trust-anchor', call.region)
  const asked = resourceId('profileArn', profile, 'profile', call.region)
  const role = parseArn(roleArn)
  if (asked.account !== account) throw invalidArn('profileArn')
  if (role?.service !== 'iam' || !role.resource.startsWith('role/') || role.account !== account)
    throw invalidArn('roleArn')
  return { account, trustAnchor: { arn: trustAnchor, id }, profile: { arn: profile, id: asked.id }, roleArn }
}

function once(name: string, inBody: string | undefined, inQuery: string | undefined): string {
  if (inBody !== undefined && inQuery !== undefined && inBody !== inQuery) throw otherParameter(name)
  const value = inBody ?? inQuery
  if (value === undefined) throw parameterMissing(name)
  return value
}

function resourceId(name: string, text: string, noun: string, region: string) {
  const arn = parseArn(text)
  const fits =
    arn?.service === 'rolesanywhere' &&
    arn.region === region &&
    arn.partition === partitionOf(region) &&
    /^\d{12}$/.test(arn.account) &&
    arn.resource.startsWith(`${noun}/`)
  if (!fits) throw invalidArn(name)
  return { account: arn.account, id: arn.resource.slice(noun.length + 1) }
}
