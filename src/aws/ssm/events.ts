import type { Transaction } from '../../store/store.ts'
import type { Platform } from '../platform.ts'
import { factsOf } from './parameter.ts'
import type { ParameterRecord, PolicyRecord } from './records.ts'

/** Where a change is told, and when it was. */
export interface Telling {
  readonly tx: Transaction
  readonly platform: Pick<Platform, 'events'>
  readonly at: number
}

export type ChangeKind = 'Create' | 'Update' | 'Delete' | 'LabelParameterVersion'

/** Tells of a change in EventBridge's shape (Systems Manager user guide, «event patterns and types»). */
export function tellChange(telling: Telling, operation: ChangeKind, parameter: ParameterRecord): void {
  const { name, current } = parameter
  const description = current.description || undefined
  tell(telling, 'Parameter Store Change', parameter, { operation, name, type: current.type, description })
}

/** Tells that a policy was carried out. */
export function tellPolicy(telling: Telling, parameter: ParameterRecord, policy: PolicyRecord): void {
  tell(telling, 'Parameter Store Policy Action', parameter, {
    'policy-type': policy.rule.type,
    'parameter-name': parameter.name,
    'parameter-type': parameter.current.type,
    'policy-content': policy.text,
    'action-status': 'Success',
    'action-reason': `${reasonOf(policy)} This notification was generated based on the policy created at ${new Date(policy.createdAt).toISOString()}`,
  })
}

function reasonOf({ rule }: PolicyRecord): string {
  if (rule.type === 'Expiration') return 'The parameter has expired and has been deleted.'
  return rule.type === 'ExpirationNotification'
    ? `The parameter will expire in ${span(rule.before)}.`
    : `The parameter has not been changed for ${span(rule.after)}.`
}

const hour = 3_600_000

function span(milliseconds: number): string {
  const hours = milliseconds / hour
  return hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`
}

function tell({ tx, platform, at }: Telling, detailType: string, parameter: ParameterRecord, detail: object): void {
  if (!platform.events?.wants('aws.ssm', detailType)) return
  const { account, region } = parameter
  platform.events.emit(tx, {
    source: 'aws.ssm',
    detailType,
    account,
    region,
    at,
    resources: [factsOf(parameter).arn],
    detail,
  })
}
