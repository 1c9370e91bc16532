import { hash, sign } from 'node:crypto'
import { parseXml, type XmlElement } from '../iam/xml-document.ts'
import { canonicalXml } from './xml-canonical.ts'

/** The certificate of an identity provider of these tests, in base 64 of DER, and its key. */
export const certificate =
  'MIIC+DCCAeCgAwIBAgIUEi5UQkBlRVJNUYWyVq2fvCZao3cwDQYJKoZIhvcNAQELBQAwGzEZMBcGA1UEAwwQS2V5dHVybiB0ZXN0IGlkcDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGzEZMBcGA1UEAwwQS2V5dHVybiB0ZXN0IGlkcDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAKqHAFlPEJlhlQgBS4jbMDUuYaOe5NirKz3HMYYvEWL5eMYG83iqELknjZU9rxO3DbvKMoCqL5fJUK/8jFEdMsazdWyMjTopyzxhIrsCUydC8rGJNRcIaAevxApjfK/6+3oZqzn8AlSS89MotvY41yeICrxZV5cAAtAW8+r6FG92F8/saqkQLpYnTQ/ZGU0Qt7afBEYBD7FA+9q8AKiNiQ6KTwnDf40a3/xJ8KRXwrOIFJ3cUplxtXvzLKMmsboqlRmbcKx+XZwZOxOqA9LlRqxZnnAJN25zSiBcSTATkh83yWkFHMksObch/cxO36UAOAnmaZhZJvpZAGniWxShOJcCAwEAAaMyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUzF+iKCNLOTmfilbNb98VFbjbVfIwDQYJKoZIhvcNAQELBQADggEBAFuYiC5ks4u2Pg9EPMwTXXD9WgvZf1UZ5hVBId175PvCI7De1cmaR3DzA2DO0yx0qe0vXSIC5s3ScqkP9gxfZtKZuJ1Xoq/xU1HP2q0RSwnJ+TMyZ/grKehJ2+WYTb9osDuaMviH3GzcyElmv8ZKCnqRtzrL12pYrX9hkE+8rorTV9s2Rmo/YEPyxT9ULa239sRIy8oU2ah5ds8oTvJgKVSMeWoAUX1hPAHuhYZmxodE25rw3Ax1U02QLTrzwel48LKiVwGFCnC5IDMeMg8YqhRWj3z0infM0rWf2naf/3tgyyIdDRv5A4ZsG8sX3eY++EdTr2S37w3Bo4iefm0Wiy0='

export const privateKey = `-----BEGIN PRIVATE KEY-----
MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCqhwBZTxCZYZUI
AUuI2zA1LmGjnuTYqys9xzGGLxFi+XjGBvN4qhC5J42VPa8Ttw27yjKAqi+XyVCv
/IxRHTLGs3VsjI06Kcs8YSK7AlMnQvKxiTUXCGgHr8QKY3yv+vt6Gas5/AJUkvPT
KLb2ONcniAq8WVeXAALQFvPq+hRvdhfP7GqpEC6WJ00P2RlNELe2nwRGAQ+xQPva
vACojYkOik8Jw3+NGt/8SfCkV8KziBSd3FKZcbV78yyjJrG6KpUZm3Csfl2cGTsT
qgPS5UasWZ5wCTduc0ogXEkwE5IfN8lpBRzJLDm3If3MTt+lADgJ5mmYWSb6WQBp
4lsUoTiXAgMBAAECggEAI+6tfqQf4coDnruzIGPbXSFoVpNpMlSjGHHsOBOb7MiX
j9awH/lp67Hvbgag6R0V6j+Zc64ouCml9GdZY9AsvlzbPePB8IMU/aSULma3gdrk
C8/XHYLadOAvBWdgQy62JczZ3S6CiTKr6Q83ultQztYmOPj0cW+BqDpl7FoEy1V0
toqHAXa0iGAbv2xO75gXNQl2lMJDR6Hq1ssa0bn/L+KeATCKwMrl/6IoUMPaKUGW
jQc1rPsoSJ/aCe8CWb1HQi3g4gcuvl1XjjUQ8Q/DQs/SltdrATUMrZDtkO8T/KqV
sggSsug89M1N7XnRzPvoCH3O3ZgZelmkBok1CX87KQKBgQDttpM+FLEH9xAGRPO0
hZiu5DFigD3qMGIpeNtT6rTPWUwVrszj/mZDuKPkRUKNTf8YVOf+xSe96UGl0c6f
EFU8s6QmkPylPd/KDAuK2EV6upSQOTFrt74lRaYzGytv17WPzOLgDBUn3RH8YJgE
bCrFm/S6OyRY4M3TgQnk4OP8yQKBgQC3pUvV0BQb+EsBIrWYnPX5zcpkyarcbb6t
cQiQ/k52LSZ13efE4bJ5H/zrDQV9YKVOSRavDRCFtScsvuqZ2M5iZBwRUXETy+JV
Rwte/uS2/sEI3OynYIFLn9UuZZJxkijkpfQxpz6KIneLirukrX1FVnf8ZoDyy+6p
ZeE6lIoaXwKBgDytwy4wp/PpjAydozvsckoKc9S5+ZQDH7uIXywvmFHpcHOEeEam
lMIqqqNFTrS1OS2j1siA2SEwHpLOWJjf2XIyRO+XSPaBMdPoeTXK+QlYAT5Daysc
7wuimMco41CcVntLiIo6a1gOpV2v5n4SgmSI59J18FRDpiacJMNo6KmJAoGAMBiu
f9T7L0gb/LQmc03IbiAjfboDca+cXLhZ0f+IdRLmG8B+TuX9ZBOonbbPVULWiGZD
9pypUxtaozFtJ9XMV6B4aWC3CMRBBqyQodSH+hVGYRfbMwrnUfMOVhRsAiqRYzDD
f62Zh3v3ayhudHardFltG0GNTAl0/BCeqET21mkCgYAlalVs4iA4PgKM4hYsBTXM
COZMw0CYC7DfaoF2tAUwcRL2fwQXs0N/MA4NF9at79mhNgix++kVZbiB+4FFs5NQ
SbveWQQeIWeYVZrM+xkVGg5jMi2Lrcs+mwp57LAJg3a62jZO3bq767osuvBrtV9O
AjHILI1Lkyw/T/+J8hDlvA==
-----END PRIVATE KEY-----
`

export const issuer = 'https://idp.example/metadata'

/** The metadata of a provider with this certificate. */
export function metadataOf(entity: string, ...certificates: readonly string[]): string {
  const keys = certificates.map(
    (one) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>
      ${one}
      </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entity}" validUntil="2120-01-01T00:00:00Z">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.join('')}
  <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso"/>
  </md:IDPSSODescriptor></md:EntityDescriptor>`
}

const aws = 'https://aws.amazon.com/SAML/Attributes/'

export interface ResponseOptions {
  readonly id?: string
  readonly issuer?: string
  readonly recipient?: string
  readonly audience?: string
  readonly issuedAt?: number
  readonly notAfter?: number
  readonly sessionNotAfter?: number
  readonly status?: string
  /** Attributes by the names that AWS gives them; the whole name where it is none of AWS's. */
  readonly attributes: Readonly<Record<string, readonly string[]>>
}

const time = (milliseconds: number) => new Date(milliseconds).toISOString()

/** A response with an assertion, both unsigned. */
export function responseOf(options: ResponseOptions): string {
  const { issuedAt = Date.now(), id = '_a1', status = 'Success', attributes } = options
  const { recipient = 'https://signin.aws.amazon.com/saml', audience = 'urn:amazon:webservices' } = options
  const { notAfter = issuedAt + 300_000, sessionNotAfter } = options
  const session = sessionNotAfter === undefined ? '' : ` SessionNotOnOrAfter="${time(sessionNotAfter)}"`
  const listed = Object.entries(attributes).map(([name, values]) => {
    const whole = name.includes(':') && !name.startsWith('PrincipalTag:') ? name : `${aws}${name}`
    const each = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`)
    return `<saml:Attribute Name="${whole}">${each.join('')}</saml:Attribute>`
  })
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" IssueInstant="${time(issuedAt)}">
  <saml:Issuer>${options.issuer ?? issuer}</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${status}"/></samlp:Status>
  <saml:Assertion ID="${id}" Version="2.0" IssueInstant="${time(issuedAt)}"><saml:Issuer>${options.issuer ?? issuer}</saml:Issuer>
    <saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann@example.com</saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${time(notAfter)}" Recipient="${recipient}"/></saml:SubjectConfirmation></saml:Subject>
    <saml:Conditions NotBefore="${time(issuedAt)}" NotOnOrAfter="${time(notAfter)}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
    <saml:AuthnStatement AuthnInstant="${time(issuedAt)}"${session}/>
    <saml:AttributeStatement>${listed.join('')}</saml:AttributeStatement></saml:Assertion></samlp:Response>`
}

const dsig = 'http://www.w3.org/2000/09/xmldsig#'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'

function elementWithId(element: XmlElement, id: string): XmlElement | undefined {
  if (element.attributes.some(({ local, value }) => local === 'ID' && value === id)) return element
  for (const child of element.children) {
    const found = typeof child === 'string' ? undefined : elementWithId(child, id)
    if (found) return found
  }
  return undefined
}

/** Signs the element with an id and puts the signature behind its issuer, as providers do. */
export function signElement(xml: string, id: string, key = privateKey, digestMethod = 'sha256', prefixes = ''): string {
  const root = parseXml(xml)
  const element = root && elementWithId(root, id)
  if (!element) throw new Error('an element to sign')
  const digest = hash(digestMethod, canonicalXml(element), 'base64')
  const method = digestMethod === 'sha1' ? `${dsig}sha1` : 'http://www.w3.org/2001/04/xmlenc#sha256'
  const list =
    prefixes === '' ? '' : `<InclusiveNamespaces xmlns="${exclusive}" PrefixList="${prefixes}"></InclusiveNamespaces>`
  const info = `<ds:SignedInfo xmlns:ds="${dsig}"><ds:CanonicalizationMethod Algorithm="${exclusive}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${dsig}enveloped-signature"></ds:Transform><ds:Transform Algorithm="${exclusive}">${list}</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="${method}"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`
  const value = sign('sha256', Buffer.from(info), key).toString('base64')
  const signature = `<ds:Signature xmlns:ds="${dsig}">${info}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`
  const at = xml.indexOf('</saml:Issuer>', xml.indexOf(`ID="${id}"`)) + '</saml:Issuer>'.length
  return xml.slice(0, at) + signature + xml.slice(at)
}

export function posted(xml: string): string {
  return Buffer.from(xml).toString('base64')
}

/** A response whose assertion was signed by another program (xml-crypto 6.3), with inclusive prefixes. */
export const signedElsewhere = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" IssueInstant="2026-01-01T00:00:00.000Z">
  <saml:Issuer>https://idp.example/metadata</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  <saml:Assertion ID="_a1" Version="2.0" IssueInstant="2026-01-01T00:00:00.000Z"><saml:Issuer>https://idp.example/metadata</saml:Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_a1"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"><InclusiveNamespaces PrefixList="saml" xmlns="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></ds:Transform><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><InclusiveNamespaces PrefixList="saml" xmlns="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>ZNm1T7Ic8PFO0toxRw0PrMkSR7RuT/zdX+HXAGIFWvQ=</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>GRFb2GfvKvjwOTx075yxE2e/R4A4SkudvNCgpf4NQsg4J3R0Ms4zZRMG5d/iC8i/oWITqUNaC7HFNpkSMDZIwNAmAv711EgiU4kf4EfJ+93vHg030eo87l+oXIjsFVtG89lv9QBQme/IMQmQz/XHOWS0Yxt80ruemPV0YYm9smRGYUhSo/xt4yfCjnSodVO1x6v3vPhzpmdKrLSDA61D62fSGpbEcD6vJfRwLzL9zAakihGQbwNvaQ63ULKN/UGmsTq6HBVTmEr8FrsKuDJ5884HpdRGXpsw60x/gcxhh54ZUVtF3R2c/tB5jHJ6ToC3p7lOLFYNuRk073so42opkw==</ds:SignatureValue></ds:Signature>
    <saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann@example.com</saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="2026-01-01T00:05:00.000Z" Recipient="https://signin.aws.amazon.com/saml"/></saml:SubjectConfirmation></saml:Subject>
    <saml:Conditions NotBefore="2026-01-01T00:00:00.000Z" NotOnOrAfter="2026-01-01T00:05:00.000Z"><saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions>
    <saml:AuthnStatement AuthnInstant="2026-01-01T00:00:00.000Z"/>
    <saml:AttributeStatement><saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><saml:AttributeValue>ann</saml:AttributeValue></saml:Attribute><saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><saml:AttributeValue>a,b</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>`
