import type { Secret } from '../base/secret.ts'
import type { Call } from './call.ts'
import type { Conditions } from './operation.ts'
import type { Organization } from './organization.ts'
import type { CallerPolicies } from './platform.ts'
import type { ResourceFacts } from './resource.ts'

/**
 * Everything that a condition key may ask about. `specific` are the operation's own keys, in parts that are computed one by one
 * when a policy refers to a key that none of the parts before has. No two parts have the same key.
 */
export interface ConditionSources {
  readonly call: Call
  readonly policies: CallerPolicies
  readonly resource: ResourceFacts
  readonly input: unknown
  readonly specific: readonly (() => Conditions | undefined)[]
  readonly organization?: Organization | undefined
}

type Value = string | readonly string[] | undefined
export type ConditionLookup = (lowercasedKey: string) => Value

/**
 * The context of a request as policies see it: the global keys (IAM user guide, «AWS global condition context keys»),
 * then the operation's, which may also say what the request by itself does not (a second factor given with it). Keys are compared in lower case; tag keys behind the slash as well, as AWS does.
 */
export function conditionLookup(sources: ConditionSources): ConditionLookup {
  const computed: Conditions[] = []
  let asked = 0
  return (key) => {
    const global = globals[key]?.(sources)
    if (global !== undefined) return global
    const slash = key.indexOf('/')
    if (slash > 0) {
      const tags = tagSources[key.slice(0, slash)]
      if (tags) return lookUpTag(tags(sources), key.slice(slash + 1))
    }
    for (let part = 0; ; part++) {
      if (part === computed.length) {
        const compute = sources.specific[asked++]
        if (compute === undefined) return undefined
        computed.push(compute() ?? none)
      }
      const value = valueOf(computed[part] as Conditions, key)
      if (value !== undefined) return value
    }
  }
}

const none: Conditions = {}

/** Policies ask for one or two keys: looking through a dozen costs less than sorting them into a map first. */
function valueOf(conditions: Conditions, lowercasedKey: string): Value {
  for (const key in conditions) {
    // Published names are ASCII; what a caller named itself, behind a slash, may change its length.
    if (key.length !== lowercasedKey.length && !key.includes('/')) continue
    if (lowered(key) !== lowercasedKey) continue
    const value = conditions[key]
    if (value !== undefined) return typeof value === 'object' ? value : String(value)
  }
  return undefined
}

const loweredKeys = new Map<string, string>()
const mostLowered = 2_000

/** Keys in lower case. All but those with a caller's own name behind the slash come from a short list. */
function lowered(key: string): string {
  let text = loweredKeys.get(key)
  if (text === undefined) {
    text = key.toLowerCase()
    if (loweredKeys.size < mostLowered && !key.includes('/')) loweredKeys.set(key, text)
  }
  return text
}

const globals: Readonly<Record<string, (sources: ConditionSources) => Value>> = {
  __proto__: null as never,
  'aws:currenttime': ({ call }) => new Date(call.now).toISOString(),
  'aws:epochtime': ({ call }) => String(Math.floor(call.now / 1000)),
  'aws:securetransport': ({ call }) => String(call.tls !== undefined),
  'aws:sourceip': ({ call }) => (call.via.length === 0 ? call.sourceIp : undefined),
  'aws:sourcearn': ({ call }) => call.source?.arn,
  'aws:sourceaccount': ({ call }) => call.source?.account,
  'aws:useragent': ({ call }) => call.userAgent,
  'aws:requestedregion': ({ call }) => call.region,
  'aws:principalarn': ({ call }) => principalArn(call),
  'aws:principalaccount': ({ call }) => call.caller.account || undefined,
  'aws:principalorgid': ({ call, organization }) => orgId(organization, call.caller.account),
  'aws:principalorgpaths': ({ call, organization }) => orgPaths(organization, call.caller.account),
  'aws:resourceorgid': ({ resource, organization }) => orgId(organization, resource.account),
  'aws:resourceorgpaths': ({ resource, organization }) => orgPaths(organization, resource.account),
  'aws:sourceorgid': ({ call, organization }) => orgId(organization, call.source?.account),
  'aws:sourceorgpaths': ({ call, organization }) => orgPaths(organization, call.source?.account),
  'aws:principalservicename': ({ call }) =>
    call.caller.principal.type === 'service' ? call.caller.principal.name : undefined,
  'aws:principaltype': ({ call }) => principalTypes[call.caller.principal.type],
  'aws:principalisawsservice': ({ call }) => String(call.caller.principal.type === 'service'),
  'aws:userid': ({ call }) => call.caller.id,
  'aws:username': ({ call }) => call.caller.userName,
  'aws:tokenissuetime': ({ call }) => call.caller.session && new Date(call.caller.session.issuedAt).toISOString(),
  'aws:multifactorauthpresent': ({ call }) => call.caller.session && String(call.caller.session.mfaAuthenticated),
  'aws:multifactorauthage': ({ call }) =>
    call.caller.session?.mfaAuthenticated
      ? String(Math.floor((call.now - call.caller.session.issuedAt) / 1000))
      : undefined,
  'aws:sourceidentity': ({ call }) => call.caller.session?.sourceIdentity,
  'aws:calledvia': ({ call }) => (call.via.length > 0 ? call.via : undefined),
  'aws:calledviafirst': ({ call }) => call.via[0],
  'aws:calledvialast': ({ call }) => call.via.at(-1),
  'aws:viaawsservice': ({ call }) => String(call.via.length > 0),
  'aws:resourceaccount': ({ resource }) => resource.account,
  'aws:tagkeys': ({ input }) => {
    const keys = requestTagKeys(input)
    return keys.length > 0 ? keys : undefined
  },
}

const tagSources: Readonly<
  Record<string, (sources: ConditionSources) => Readonly<Record<string, string>> | undefined>
> = {
  __proto__: null as never,
  'aws:principaltag': ({ policies, call }) => ({ ...policies.tags, ...call.caller.session?.tags }),
  'aws:resourcetag': ({ resource }) => resource.tags,
  'aws:requesttag': ({ input }) => requestTags(input),
}

function orgId(organization: Organization | undefined, account = ''): Value {
  return organization?.pathOf(account) === undefined ? undefined : organization.id
}

function orgPaths(organization: Organization | undefined, account = ''): Value {
  const path = organization?.pathOf(account)
  return path === undefined ? undefined : [path]
}

const principalTypes: Readonly<Record<string, string>> = {
  root: 'Account',
  user: 'User',
  'role-session': 'AssumedRole',
  'federated-user': 'FederatedUser',
}

/** The ARN that stands for the principal in conditions: a session's is its role's. */
function principalArn(call: Call): string | undefined {
  const { principal, arn } = call.caller
  if (principal.type === 'service') return undefined
  return principal.type === 'role-session' ? principal.roleArn : arn
}

/** A tag's value by its key, whose case does not matter. */
export function lookUpTag(
  tags: Readonly<Record<string, string>> | undefined,
  lowercasedKey: string,
): string | undefined {
  if (!tags) return undefined
  for (const key of Object.keys(tags)) if (key.toLowerCase() === lowercasedKey) return tags[key]
  return undefined
}

interface AnyTag {
  readonly Key?: string
  readonly Value?: string
  readonly TagKey?: string
  readonly TagValue?: string
  /** Roles Anywhere holds tags to be sensitive. */
  readonly key?: Secret<string>
  readonly value?: Secret<string>
}

/** The tags that a request would set, in whichever of AWS's three spellings. */
function requestTags(input: unknown): Record<string, string> | undefined {
  const { Tags: list = (input as { tags?: readonly AnyTag[] }).tags } = input as { Tags?: readonly AnyTag[] }
  if (!Array.isArray(list)) return undefined
  const tags: Record<string, string> = Object.create(null)
  for (const tag of list as readonly AnyTag[]) {
    const key = tag.Key ?? tag.TagKey ?? tag.key?.reveal()
    if (key !== undefined) tags[key] = tag.Value ?? tag.TagValue ?? tag.value?.reveal() ?? ''
  }
  return tags
}

function requestTagKeys(input: unknown): readonly string[] {
  const { TagKeys, tagKeys } = input as { TagKeys?: readonly string[]; tagKeys?: readonly Secret<string>[] }
  return TagKeys ?? tagKeys?.map((key) => key.reveal()) ?? Object.keys(requestTags(input) ?? {})
}
