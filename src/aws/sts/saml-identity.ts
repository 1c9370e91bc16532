import type { SamlProviderRecord } from '../iam/saml-provider.ts'
import { nameQualifier } from '../iam/saml-metadata.ts'
import type { Tag } from '../models/sts.ts'
import type { Conditions } from '../operation.ts'
import type { FederatedIdentity } from './federated-role.ts'
import { attributeInvalid, attributeMissing, expiredAssertion, notForHere, wrongIssuer } from './messages.ts'
import type { SamlAssertion } from './saml-response.ts'

const aws = 'https://aws.amazon.com/SAML/Attributes/'
/** The sign-in endpoints that AWS's own metadata names: where assertions are handed in, and for whom they are. */
const endpoint =
  /^https:\/\/(?:[a-z0-9-]+\.)?signin\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)\/(?:platform\/)?saml(?:\/|$)/
const service = /^urn:amazon:webservices(?::[a-z-]+)?$/

/** Somebody in whose name an assertion asks for a role. */
export interface SamlIdentity extends FederatedIdentity {
  readonly qualifier: string
  /** Pairs of a role's ARN and the provider's that the assertion lists. */
  readonly pairs: readonly (readonly [role: string, provider: string])[]
}

const minute = 60_000
const leeway = 3 * minute
/** An assertion must be handed in soon after it was made (STS API reference, `AssumeRoleWithSAML`). */
const redeemedWithin = 5 * minute

/** Checks whom and what time an assertion is for. `now` is the machine's time in milliseconds. */
export function checkAssertion(assertion: SamlAssertion, provider: SamlProviderRecord, now: number): void {
  if (assertion.issuer !== provider.issuer) throw wrongIssuer()
  if (!endpoint.test(assertion.recipient)) throw notForHere()
  const own = (audience: string) => endpoint.test(audience) || service.test(audience)
  const { audiences } = assertion
  if (audiences.length === 0 || !audiences.every((restriction) => restriction.some(own))) throw notForHere()
  const late = now >= assertion.notAfter || now > assertion.issuedAt + redeemedWithin
  const early = now < assertion.notBefore - leeway || now < assertion.issuedAt - leeway
  const ended = assertion.sessionNotAfter !== undefined && now >= assertion.sessionNotAfter
  if (late || early || ended) throw expiredAssertion()
}

/** What the attributes of an assertion ask for (IAM user guide, «Configure SAML assertions for the authentication response»). */
export function readSamlIdentity(assertion: SamlAssertion, provider: SamlProviderRecord): SamlIdentity {
  const { attributes, issuer, recipient: at, subject, subjectType } = assertion
  const one = (name: string) => onlyValue(attributes.get(aws + name), name)
  const sessionName = one('RoleSessionName')
  if (sessionName === undefined) throw attributeMissing('RoleSessionName')
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw attributeInvalid('RoleSessionName')
  const sourceIdentity = one('SourceIdentity')
  if (sourceIdentity !== undefined && !/^[\w+=,.@-]{2,64}$/.test(sourceIdentity))
    throw attributeInvalid('SourceIdentity')
  const qualifier = nameQualifier(issuer, provider.account, provider.name)
  const own: Conditions = {
    'saml:aud': at,
    'saml:iss': issuer,
    'saml:sub': subject,
    'saml:sub_type': subjectType,
    'saml:namequalifier': qualifier,
    'saml:doc': `${provider.account}/${provider.name}`,
  }
  return {
    provider: provider.arn,
    conditions: { ...attributeConditions(attributes), ...own },
    tags: readTags(attributes),
    transitive: attributes.get(`${aws}TransitiveTagKeys`) ?? [],
    sourceIdentity,
    sessionName,
    qualifier,
    pairs: (attributes.get(`${aws}Role`) ?? []).flatMap(readPair),
  }
}

function onlyValue(values: readonly string[] | undefined, name: string): string | undefined {
  if (values !== undefined && values.length !== 1) throw attributeInvalid(name)
  return values?.[0]
}

/** A role and a provider in one value, in either order. */
function readPair(text: string): readonly (readonly [role: string, provider: string])[] {
  const [first = '', second = '', ...more] = text.split(',').map((part) => part.trim())
  if (more.length > 0) return []
  return [first.includes(':saml-provider/') ? [second, first] : [first, second]]
}

function readTags(attributes: SamlAssertion['attributes']): readonly Tag[] {
  const prefix = `${aws}PrincipalTag:`
  const tags: Tag[] = []
  for (const [name, values] of attributes) {
    if (!name.startsWith(prefix)) continue
    const Key = name.slice(prefix.length)
    const [Value = '', ...more] = values
    const text = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
    const valid = Key.length >= 1 && Key.length <= 128 && Value.length <= 256 && text.test(Key) && text.test(Value)
    if (more.length > 0 || !valid) throw attributeInvalid('PrincipalTag')
    tags.push({ Key, Value })
  }
  if (tags.length > 50) throw attributeInvalid('PrincipalTag')
  return tags
}

/** Attributes of directories that are condition keys, by the names that providers give them. */
const attributeKeys: Readonly<Record<string, string>> = {
  'urn:oid:2.5.4.3': 'saml:cn',
  'urn:oid:2.5.4.4': 'saml:surname',
  'urn:oid:2.5.4.41': 'saml:name',
  'urn:oid:2.5.4.42': 'saml:givenName',
  'urn:oid:2.5.4.45': 'saml:x500UniqueIdentifier',
  'urn:oid:0.9.2342.19200300.100.1.1': 'saml:uid',
  'urn:oid:0.9.2342.19200300.100.1.3': 'saml:mail',
  'urn:oid:0.9.2342.19200300.100.1.45': 'saml:organizationStatus',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.1': 'saml:edupersonaffiliation',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.2': 'saml:edupersonnickname',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.3': 'saml:edupersonorgdn',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.4': 'saml:edupersonorgunitdn',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.5': 'saml:edupersonprimaryaffiliation',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.6': 'saml:edupersonprincipalname',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.7': 'saml:edupersonentitlement',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.8': 'saml:edupersonprimaryorgunitdn',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.9': 'saml:edupersonscopedaffiliation',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.10': 'saml:edupersontargetedid',
  'urn:oid:1.3.6.1.4.1.5923.1.1.1.11': 'saml:edupersonassurance',
}

function attributeConditions(attributes: SamlAssertion['attributes']): Conditions {
  const conditions: Record<string, readonly string[]> = {}
  for (const [name, values] of attributes) {
    const key = Object.hasOwn(attributeKeys, name) ? attributeKeys[name] : undefined
    if (key !== undefined && values.length > 0) conditions[key] = values
  }
  return conditions
}
