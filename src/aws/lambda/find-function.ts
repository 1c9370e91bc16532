import { derivation } from '../../store/table.ts'
import type { Call } from '../call.ts'
import type { Finding } from '../operation.ts'
import type { Resource, ResourceFacts } from '../resource.ts'
import { tagValues } from '../tags.ts'
import { functionNotFound } from './messages.ts'
import { compiledPolicy } from './policy.ts'
import { aliases, type FunctionRecord, functions, type VersionRecord, versionKey, versions } from './records.ts'
import { functionArn, readReference } from './reference.ts'

/** A function, with what the request said about which of its versions. */
export interface FoundFunction {
  readonly fn: FunctionRecord
  readonly qualifier: string | undefined
}

interface FunctionInput {
  readonly FunctionName: string
  readonly Qualifier?: string | undefined
}

/** Rule for operations on a function as a whole: the qualifier, where there is one, plays no part in who may. */
export async function wholeFunction(input: FunctionInput, finding: Finding): Promise<Resource<FoundFunction>> {
  return find(input, finding, false)
}

/** Rule for operations on what a qualifier says: permissions are on the ARN with it. */
export async function qualifiedFunction(input: FunctionInput, finding: Finding): Promise<Resource<FoundFunction>> {
  return find(input, finding, true)
}

async function find(input: FunctionInput, { tx, call }: Finding, qualified: boolean): Promise<Resource<FoundFunction>> {
  const reference = readReference(input.FunctionName, input.Qualifier, call)
  const { account, region, name, qualifier } = reference
  const arn = functionArn(reference, qualified ? qualifier : undefined)
  const fn = await functions.get(tx, account, region, name)
  if (!fn) {
    return { arn, account, type: 'AWS::Lambda::Function', missing: functionNotFound(functionArn(reference, qualifier)) }
  }
  return { ...factsOf(fn, qualified ? qualifier : undefined), record: { fn, qualifier } }
}

/** Rule for operations that make a function. */
export function newFunction({ FunctionName }: FunctionInput, { call }: Finding): Resource<undefined> {
  const reference = readReference(FunctionName, undefined, call)
  return { arn: functionArn(reference), account: reference.account, type: 'AWS::Lambda::Function', record: undefined }
}

/** Rule for operations on no function in particular. */
export function callersAccount(_input: unknown, { call }: { readonly call: Call }): Resource<undefined> {
  return { arn: '*', account: call.caller.account, record: undefined }
}

const valuesOfTags = derivation(tagValues)

export function factsOf(fn: FunctionRecord, qualifier?: string): ResourceFacts {
  const policy = fn.policies[qualifier === '$LATEST' ? '' : (qualifier ?? '')]
  return {
    arn: functionArn(fn, qualifier),
    account: fn.account,
    type: 'AWS::Lambda::Function',
    policies: policy ? [compiledPolicy(policy)] : [],
    tags: valuesOfTags(fn.tags),
  }
}

/** The version that a qualifier says, through an alias too; nothing where there is none such. */
export async function findVersion(
  { fn, qualifier = '$LATEST' }: FoundFunction,
  { tx }: Pick<Finding, 'tx'>,
  choose: (alias: { readonly version: string; readonly weights: readonly (readonly [string, number])[] }) => string = (
    alias,
  ) => alias.version,
): Promise<VersionRecord | undefined> {
  if (qualifier === '$LATEST') return fn.latest
  if (/^\d+$/.test(qualifier)) return versions.get(tx, ...versionKey(fn, qualifier))
  const alias = await aliases.get(tx, fn.account, fn.region, fn.name, qualifier)
  if (!alias) return undefined
  const version = choose(alias)
  return version === '$LATEST' ? fn.latest : versions.get(tx, ...versionKey(fn, version))
}

export async function readVersion(found: FoundFunction, finding: Pick<Finding, 'tx'>): Promise<VersionRecord> {
  const version = await findVersion(found, finding)
  if (!version) throw functionNotFound(functionArn(found.fn, found.qualifier))
  return version
}
