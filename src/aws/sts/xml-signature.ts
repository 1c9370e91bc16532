import { hash, type KeyObject, verify } from 'node:crypto'
import { equalBytes, fromBase64 } from '../../base/bytes.ts'
import {
  attributeOf,
  childNamed,
  childrenNamed,
  isElement,
  parseXml,
  textOf,
  type XmlElement,
} from '../iam/xml-document.ts'
import { canonicalXml } from './xml-canonical.ts'

const dsig = 'http://www.w3.org/2000/09/xmldsig#'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const enveloped = `${dsig}enveloped-signature`

/** Without SHA-1: documents that collide under it can be made. */
const digests: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
}

const signatures: Readonly<Record<string, { readonly hash: string; readonly keyType: string }>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': { hash: 'sha256', keyType: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': { hash: 'sha384', keyType: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': { hash: 'sha512', keyType: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': { hash: 'sha256', keyType: 'ec' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384': { hash: 'sha384', keyType: 'ec' },
}

/**
 * The signature that an element carries about itself: its own child, over the element with the id that it has. What is between
 * other elements, or speaks of others, does not count.
 */
export function ownSignature(element: XmlElement): XmlElement | undefined {
  return childNamed(element, dsig, 'Signature')
}

/**
 * What a signed element says, if one of the keys signed it: read anew from the very bytes that the signature covers, so that
 * whoever reads on cannot read anything else. Keys come from the caller; those in the signature count for nothing. Source: XML
 * Signature Syntax and Processing 1.1; SAML 2.0 Core, section 5.4.
 */
export function signedContent(element: XmlElement, keys: readonly KeyObject[]): XmlElement | undefined {
  const signature = ownSignature(element)
  const info = signature && childNamed(signature, dsig, 'SignedInfo')
  const value = signature && childNamed(signature, dsig, 'SignatureValue')
  if (!info || !value || !signedBy(info, value, keys)) return undefined
  const covered = coveredText(info, signature, element)
  return covered === undefined ? undefined : parseXml(covered)
}

function signedBy(info: XmlElement, value: XmlElement, keys: readonly KeyObject[]): boolean {
  const canonical = childNamed(info, dsig, 'CanonicalizationMethod')
  const inclusivePrefixes = canonical && prefixesOf(canonical)
  const method = childNamed(info, dsig, 'SignatureMethod')
  const rule = signatures[(method && attributeOf(method, 'Algorithm')) ?? '']
  const bytes = bytesOf(value)
  if (!inclusivePrefixes || !rule || !bytes) return false
  const text = Buffer.from(canonicalXml(info, { inclusivePrefixes }))
  return keys.some(
    (key) =>
      key.asymmetricKeyType === rule.keyType && verify(rule.hash, text, { key, dsaEncoding: 'ieee-p1363' }, bytes),
  )
}

/** The canonical text of an element without its signature, if that is what the one reference of the signature is a digest of. */
function coveredText(info: XmlElement, signature: XmlElement, element: XmlElement): string | undefined {
  const reference = childNamed(info, dsig, 'Reference')
  const id = attributeOf(element, 'ID')
  if (!reference || !id || attributeOf(reference, 'URI') !== `#${id}`) return undefined
  const transforms = childNamed(reference, dsig, 'Transforms')
  const [first, second, ...more] = transforms ? childrenNamed(transforms, dsig, 'Transform') : []
  if (!first || attributeOf(first, 'Algorithm') !== enveloped || !second || more.length > 0) return undefined
  const inclusivePrefixes = prefixesOf(second)
  const method = childNamed(reference, dsig, 'DigestMethod')
  const algorithm = digests[(method && attributeOf(method, 'Algorithm')) ?? '']
  const value = childNamed(reference, dsig, 'DigestValue')
  const expected = value && bytesOf(value)
  if (!inclusivePrefixes || !algorithm || !expected) return undefined
  const text = canonicalXml(element, { inclusivePrefixes, without: signature })
  return equalBytes(hash(algorithm, text, 'buffer'), expected) ? text : undefined
}

/** Each element is asked about each of them, before anything is proven. */
const mostPrefixes = 64

/** The inclusive prefixes of an exclusive canonicalisation; nothing where the method is another. */
function prefixesOf(method: XmlElement): readonly string[] | undefined {
  if (attributeOf(method, 'Algorithm') !== exclusive) return undefined
  const inside = method.children.filter(isElement)
  if (inside.length === 0) return []
  const list = childNamed(method, exclusive, 'InclusiveNamespaces')
  if (!list || inside.length > 1) return undefined
  const prefixes = (attributeOf(list, 'PrefixList') ?? '').split(' ').filter((prefix) => prefix !== '')
  return prefixes.length > mostPrefixes ? undefined : prefixes
}

function bytesOf(element: XmlElement): Buffer | undefined {
  return fromBase64((textOf(element) ?? '').replace(/\s+/g, ''))
}
