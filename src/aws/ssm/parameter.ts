import type { Awaitable } from '../../store/store.ts'
import { assert } from '../../base/assert.ts'
import { compilePolicy } from '../../iam/compile-policy.ts'
import { derivation } from '../../store/table.ts'
import type { AwsError } from '../errors.ts'
import type { Conditions, Demand, Finding } from '../operation.ts'
import type { Resource, ResourceFacts } from '../resource.ts'
import { tagValues } from '../tags.ts'
import { invalidName, parameterNotFound } from './messages.ts'
import { hereOf, parameterArn, type ParameterReference, readPath, readReference } from './name.ts'
import { parameterKey, type ParameterRecord, parameters } from './records.ts'

export const parameterType = 'AWS::SSM::Parameter'

/** What policies and the audit trail see of a parameter. */
export const factsOf = derivation((record: ParameterRecord): ResourceFacts => {
  const { account, region, tags, shares } = record
  return {
    arn: parameterArn(account, region, pathOf(record)),
    account,
    type: parameterType,
    policies: shares.map(({ document }) => {
      const compiled = compilePolicy(document, 'resource')
      assert('policy' in compiled, 'a policy that shares a parameter was checked before')
      return compiled.policy
    }),
    tags: tagValues(tags),
  }
})

export const pathOf = ({ name }: ParameterRecord): string => (name.startsWith('/') ? name : `/${name}`)

/** What there is to say of a parameter that is not there. */
export function factsOfNone(account: string, region: string, path: string): ResourceFacts {
  return { arn: parameterArn(account, region, path), account, type: parameterType }
}

/** What a resource is, without what became of looking for it: for a request that has several. */
export function bareFacts(found: Resource<unknown>): ResourceFacts {
  const {
    record: _record,
    missing: _missing,
    ...facts
  } = found as ResourceFacts & { record?: unknown; missing?: unknown }
  return facts
}

/** A parameter and how it was asked for. */
export interface Asked {
  readonly reference: ParameterReference
  readonly parameter: ParameterRecord
}

export function findRecord(
  { account, region, path }: Pick<ParameterReference, 'account' | 'region' | 'path'>,
  { tx }: Finding,
): Awaitable<ParameterRecord | undefined> {
  return parameters.get(tx, ...parameterKey(account, region, path))
}

/** A parameter by name or, also in another account, by ARN. */
export async function anyParameter(text: string, finding: Finding): Promise<Resource<Asked>> {
  const reference = readReference(text, hereOf(finding.call))
  const parameter = await findRecord(reference, finding)
  if (parameter) return { ...factsOf(parameter), record: { reference, parameter } }
  return { ...factsOfNone(reference.account, reference.region, reference.path), missing: parameterNotFound() }
}

/** A parameter of the caller's account by its name alone, for operations that change it. */
export async function ownParameter(
  name: string,
  finding: Finding,
  missing: () => AwsError = parameterNotFound,
): Promise<Resource<ParameterRecord>> {
  const trimmed = name.trim()
  if (trimmed.includes(':')) throw invalidName()
  const reference = { ...hereOf(finding.call), path: readPath(trimmed) }
  const record = await findRecord(reference, finding)
  if (record) return { ...factsOf(record), record }
  return { ...factsOfNone(reference.account, reference.region, reference.path), missing: missing() }
}

/** The condition keys that come from a parameter's tags (service authorisation reference). */
export function tagConditions(tags: ResourceFacts['tags'] = {}): Conditions {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`ssm:resourceTag/${key}`, value]))
}

/** What to ask for on a second resource of one request, so that no tag of the first one counts. */
export function demandOn(action: string, resource: ResourceFacts, first: ResourceFacts): Demand {
  const unset = Object.fromEntries(Object.keys(tagConditions(first.tags)).map((key) => [key, undefined]))
  return { action, resource, conditions: { ...unset, ...tagConditions(resource.tags) } }
}
