import type { PolicyGrantingServiceAccess } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import { findPolicies } from './managed-policy.ts'
import type { Noun } from './messages.ts'
import { operation } from './operation.ts'
import { defaultPolicy, inlinePolicies } from './policy-document.ts'
import { type EntityRecord, groups } from './records.ts'
import { speaksOf } from './service-access.ts'
import { type PolicySource, policySource } from './simulated-policies.ts'

/** Lists the policies by which a user, group or role may use services. */
export const listPoliciesGrantingServiceAccess = operation('ListPoliciesGrantingServiceAccess', {
  on: ({ Arn }, finding) => policySource({ PolicySourceArn: Arn }, finding),
  async handle({ ServiceNamespaces }, source, context) {
    const entities = await entitiesOf(source, context)
    const PoliciesGrantingServiceAccess = ServiceNamespaces.map(async (ServiceNamespace) => {
      const granting = entities.map(([noun, entity]) => grantedBy(noun, entity, ServiceNamespace, context))
      return { ServiceNamespace, Policies: (await Promise.all(granting)).flat() }
    })
    return { PoliciesGrantingServiceAccess: await Promise.all(PoliciesGrantingServiceAccess), IsTruncated: false }
  },
})

/** The entity itself, and a user's groups. */
async function entitiesOf(
  { type, record }: PolicySource,
  { tx, call }: Finding,
): Promise<readonly (readonly [Noun, EntityRecord])[]> {
  if (type !== 'user') return [[type, record]]
  const found = await groups.getAll(
    tx,
    record.groups.map((name) => [call.caller.account, name]),
  )
  return [[type, record], ...found.flatMap((group) => (group ? [['group', group] as const] : []))]
}

const entityTypes = { user: 'USER', group: 'GROUP', role: 'ROLE' } as const

async function grantedBy(
  noun: Noun,
  entity: EntityRecord,
  namespace: string,
  { tx }: Finding,
): Promise<readonly PolicyGrantingServiceAccess[]> {
  const inline = inlinePolicies(entity).filter((policy) => speaksOf(policy, namespace))
  const attached = (await findPolicies(tx, entity.attached)).filter((one) => speaksOf(defaultPolicy(one), namespace))
  return [
    ...attached.map(({ name, arn }) => ({ PolicyName: name, PolicyType: 'MANAGED' as const, PolicyArn: arn })),
    ...inline.map(({ name = '' }) => ({
      PolicyName: name,
      PolicyType: 'INLINE' as const,
      EntityType: entityTypes[noun],
      EntityName: entity.name,
    })),
  ]
}
