import { assert } from '../../base/assert.ts'
import { type CompiledPolicy, compilePolicy } from '../../iam/compile-policy.ts'
import { derivation } from '../../store/table.ts'
import type { AddPermissionRequest } from '../models/lambda.ts'
import { partitionOf } from '../partition.ts'
import { invalidPrincipal } from './messages.ts'
import type { PolicyRecord, PolicyStatement } from './records.ts'

/** 20 KB (Lambda developer guide, «quotas»). */
export const longestPolicy = 20_480

/** A function's policy as GetPolicy shows it. */
export function policyDocument({ statements }: Pick<PolicyRecord, 'statements'>): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements })
}

export const compiledPolicy = derivation((policy: PolicyRecord): CompiledPolicy => {
  const result = compilePolicy(policyDocument(policy), 'resource')
  assert('policy' in result, 'a stored policy compiles')
  return result.policy
})

/** Whether every statement makes sense to those who evaluate it. */
export function isSoundPolicy(policy: Pick<PolicyRecord, 'statements'>): boolean {
  return 'policy' in compilePolicy(policyDocument(policy), 'resource')
}

/** The statement that a permission becomes. */
export function statementOf(input: AddPermissionRequest, arn: string, region: string): PolicyStatement {
  const condition = conditionOf(input)
  return {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal: principalOf(input.Principal, region),
    Action: input.Action,
    Resource: arn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  }
}

function principalOf(text: string, region: string): PolicyStatement['Principal'] {
  if (text === '*') return '*'
  if (/^\d{12}$/.test(text)) return { AWS: `arn:${partitionOf(region)}:iam::${text}:root` }
  if (text.startsWith('arn:')) return { AWS: text }
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(text)) return { Service: text }
  throw invalidPrincipal()
}

function conditionOf(input: AddPermissionRequest): Record<string, Record<string, string>> {
  const { SourceArn, SourceAccount, PrincipalOrgID, EventSourceToken, FunctionUrlAuthType } = input
  const equal: Record<string, string> = {
    ...(SourceAccount !== undefined && { 'AWS:SourceAccount': SourceAccount }),
    ...(PrincipalOrgID !== undefined && { 'aws:PrincipalOrgID': PrincipalOrgID }),
    ...(EventSourceToken !== undefined && { 'lambda:EventSourceToken': EventSourceToken }),
    ...(FunctionUrlAuthType !== undefined && { 'lambda:FunctionUrlAuthType': FunctionUrlAuthType }),
  }
  return {
    ...(Object.keys(equal).length > 0 && { StringEquals: equal }),
    ...(SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': SourceArn } }),
  }
}
