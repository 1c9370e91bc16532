import type { KeyObject } from 'node:crypto'
import { fromBase64, fromUtf8 } from '../../base/bytes.ts'
import { attributeOf, childNamed, childrenNamed, parseXml, textOf, type XmlElement } from '../iam/xml-document.ts'
import { ownSignature, signedContent } from './xml-signature.ts'

const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
const assertionNamespace = 'urn:oasis:names:tc:SAML:2.0:assertion'
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'

/** What a signed assertion says. */
export interface SamlAssertion {
  readonly id: string
  readonly issuer: string
  /** Milliseconds since 1970, as all times here. */
  readonly issuedAt: number
  readonly subject: string
  /** The format of the subject's name: its last word, or the whole where it is not one of SAML's own. */
  readonly subjectType: string
  /** For whom it was made: where it may be handed in. */
  readonly recipient: string
  /** Each restriction with those whom it lets read the assertion: who reads it must be in every one. */
  readonly audiences: readonly (readonly string[])[]
  readonly notBefore: number
  readonly notAfter: number
  /** When the subject's own session at the provider ends. */
  readonly sessionNotAfter: number | undefined
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

export type ReadAssertion =
  | { readonly assertion: SamlAssertion }
  | { readonly refused: 'malformed' | 'unsigned' | 'unsuccessful' | 'incomplete' }

/**
 * Reads a response of a SAML identity provider (SAML 2.0 Core, section 3.2.2; Profiles, section 4.1.4) as posted: base 64 of
 * XML with exactly one assertion. Either the response or the assertion must be signed by one of the keys, and only what the
 * signature covers is read.
 */
export function readSamlResponse(posted: string, keys: readonly KeyObject[]): ReadAssertion {
  const bytes = fromBase64(posted.replace(/\s+/g, ''))
  const response = parseXml((bytes && fromUtf8(bytes)) ?? '')
  if (response?.uri !== protocol || response.local !== 'Response' || hasTwins(response)) return { refused: 'malformed' }
  if (childrenNamed(response, assertionNamespace, 'EncryptedAssertion').length > 0) return { refused: 'malformed' }
  const status = childNamed(response, protocol, 'Status')
  const code = status && childNamed(status, protocol, 'StatusCode')
  if (!code || attributeOf(code, 'Value') !== success) return { refused: 'unsuccessful' }
  const plain = childNamed(response, assertionNamespace, 'Assertion')
  if (!plain) return { refused: 'malformed' }
  const whole = ownSignature(response) && signedContent(response, keys)
  const signed = whole ? childNamed(whole, assertionNamespace, 'Assertion') : signedContent(plain, keys)
  if (!signed) return { refused: 'unsigned' }
  const assertion = readAssertion(signed)
  return assertion ? { assertion } : { refused: 'incomplete' }
}

/** Whether two elements have the same id: a signature over one could be taken for one over the other. */
function hasTwins(root: XmlElement): boolean {
  const seen = new Set<string>()
  const waiting: (XmlElement | string)[] = [root]
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    if (typeof element === 'string') continue
    const id = attributeOf(element, 'ID')
    if (id !== undefined && seen.has(id)) return true
    if (id !== undefined) seen.add(id)
    waiting.push(...element.children)
  }
  return false
}

function readAssertion(assertion: XmlElement): SamlAssertion | undefined {
  const child = (parent: XmlElement | undefined, name: string) => parent && childNamed(parent, assertionNamespace, name)
  const id = attributeOf(assertion, 'ID')
  const issuer = textIn(child(assertion, 'Issuer'))
  const subject = child(assertion, 'Subject')
  const name = child(subject, 'NameID')
  const confirmation = confirmationOf(subject)
  const conditions = child(assertion, 'Conditions')
  const issuedAt = timeOf(assertion, 'IssueInstant')
  const subjectText = textIn(name)
  const recipient = confirmation && attributeOf(confirmation, 'Recipient')
  const confirmedUntil = confirmation && timeOf(confirmation, 'NotOnOrAfter')
  if (!id || !issuer || !name || !subjectText || !conditions || issuedAt === undefined) return undefined
  if (!recipient || confirmedUntil === undefined) return undefined
  const statement = childrenNamed(assertion, assertionNamespace, 'AuthnStatement')[0]
  return {
    id,
    issuer,
    issuedAt,
    subject: subjectText,
    subjectType: (attributeOf(name, 'Format') ?? 'unspecified').replace(
      /^urn:oasis:names:tc:SAML:[\d.]+:nameid-format:/,
      '',
    ),
    recipient,
    audiences: audiencesOf(conditions),
    notBefore: timeOf(conditions, 'NotBefore') ?? issuedAt,
    notAfter: Math.min(confirmedUntil, timeOf(conditions, 'NotOnOrAfter') ?? confirmedUntil),
    sessionNotAfter: statement && timeOf(statement, 'SessionNotOnOrAfter'),
    attributes: attributesOf(assertion),
  }
}

/** What confirms the subject to whoever bears the assertion. */
function confirmationOf(subject: XmlElement | undefined): XmlElement | undefined {
  const all = subject ? childrenNamed(subject, assertionNamespace, 'SubjectConfirmation') : []
  const own = all.find((confirmation) => attributeOf(confirmation, 'Method') === bearer)
  return own && childNamed(own, assertionNamespace, 'SubjectConfirmationData')
}

function audiencesOf(conditions: XmlElement): readonly (readonly string[])[] {
  return childrenNamed(conditions, assertionNamespace, 'AudienceRestriction').map((restriction) =>
    childrenNamed(restriction, assertionNamespace, 'Audience').flatMap((audience) => textOf(audience) ?? []),
  )
}

function attributesOf(assertion: XmlElement): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, readonly string[]>()
  for (const statement of childrenNamed(assertion, assertionNamespace, 'AttributeStatement')) {
    for (const attribute of childrenNamed(statement, assertionNamespace, 'Attribute')) {
      const name = attributeOf(attribute, 'Name')
      const values = childrenNamed(attribute, assertionNamespace, 'AttributeValue').flatMap(
        (value) => textOf(value) ?? [],
      )
      if (name !== undefined) attributes.set(name, [...(attributes.get(name) ?? []), ...values])
    }
  }
  return attributes
}

function textIn(element: XmlElement | undefined): string | undefined {
  return element && textOf(element)
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

function timeOf(element: XmlElement, name: string): number | undefined {
  const text = attributeOf(element, name)
  const time = text !== undefined && instant.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
