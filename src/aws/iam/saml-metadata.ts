import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { attributeOf, childrenNamed, parseXml, textOf, type XmlElement } from './xml-document.ts'

const md = 'urn:oasis:names:tc:SAML:2.0:metadata'
const dsig = 'http://www.w3.org/2000/09/xmldsig#'

/** What the metadata of an identity provider says of its assertions. */
export interface SamlMetadata {
  /** What assertions name as their issuer. */
  readonly issuer: string
  /** Certificates in base 64 of DER whose keys may sign. */
  readonly certificates: readonly string[]
  /** Milliseconds since 1970. */
  readonly validUntil?: number
}

const mostCertificates = 10
const leastRsaBits = 2048

/** Reads the metadata of one identity provider (SAML 2.0 Metadata, section 2.4.3), or nothing where it is none. */
export function readMetadata(text: string): SamlMetadata | undefined {
  const root = parseXml(text)
  const entity = root && onlyEntity(root)
  const issuer = entity && attributeOf(entity, 'entityID')
  const [provider, ...more] = entity ? childrenNamed(entity, md, 'IDPSSODescriptor') : []
  if (!entity || !issuer || !provider || more.length > 0) return undefined
  const keys = childrenNamed(provider, md, 'KeyDescriptor').filter((key) => attributeOf(key, 'use') !== 'encryption')
  const certificates = [...new Set(keys.flatMap(certificatesOf))]
  if (certificates.length === 0 || certificates.length > mostCertificates) return undefined
  if (!certificates.every((certificate) => keyOf(certificate))) return undefined
  const validUntil = Date.parse(attributeOf(entity, 'validUntil') ?? '')
  return { issuer, certificates, ...(!Number.isNaN(validUntil) && { validUntil }) }
}

function onlyEntity(root: XmlElement): XmlElement | undefined {
  if (root.uri !== md) return undefined
  if (root.local === 'EntityDescriptor') return root
  const entities = root.local === 'EntitiesDescriptor' ? childrenNamed(root, md, 'EntityDescriptor') : []
  return entities.length === 1 ? entities[0] : undefined
}

function certificatesOf(descriptor: XmlElement): readonly string[] {
  return childrenNamed(descriptor, dsig, 'KeyInfo')
    .flatMap((info) => childrenNamed(info, dsig, 'X509Data'))
    .flatMap((data) => childrenNamed(data, dsig, 'X509Certificate'))
    .map((certificate) => (textOf(certificate) ?? '').replace(/\s+/g, ''))
}

/** The public key of a certificate, if it is one to trust a signature with. */
export function keyOf(certificate: string): KeyObject | undefined {
  try {
    const key = new X509Certificate(Buffer.from(certificate, 'base64')).publicKey
    const bits = key.asymmetricKeyDetails?.modulusLength
    return bits !== undefined && bits < leastRsaBits ? undefined : key
  } catch {
    return undefined
  }
}

/** How AWS names a provider's subjects without naming the provider: `saml:namequalifier`. */
export function nameQualifier(issuer: string, account: string, provider: string): string {
  // SHA-1 because this is the value that AWS documents; nothing rests on it.
  return createHash('sha1').update(`${issuer}${account}/${provider}`).digest('base64')
}
