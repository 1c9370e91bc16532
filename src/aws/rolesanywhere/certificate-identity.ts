import type { Certificate } from '../../x509/certificate.ts'
import { type DistinguishedName, valuesOf } from '../../x509/name.ts'
import type { Tag } from '../models/sts.ts'
import { unfitName } from './messages.ts'

/** What a session knows of the certificate that it was made for. */
export interface CertificateIdentity {
  /** `x509Subject/CN`, `x509Issuer/O`, `x509SAN/URI`, … (user guide, «trust model»). */
  readonly tags: readonly Tag[]
  /** The common name of the subject. */
  readonly sourceIdentity: string | undefined
  /** The serial number in hexadecimal, which names the session. */
  readonly serial: string
}

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
const longestValue = 256
const mostTags = 50
const identityText = /^[\w+=,.@-]{2,64}$/

/**
 * Reads the identity of a certificate that is trusted. Of an attribute that is there several times the first counts; what
 * cannot be a tag is left out. A subject with a common name that cannot be a source identity, or with two, gets no session:
 * another name in its place could be somebody else's.
 */
export function identityOf({ subject, issuer, alternativeNames, serial }: Certificate): CertificateIdentity {
  const values = new Map<string, string>()
  const add = (key: string, value: string | undefined) => {
    if (value === undefined || values.has(key) || values.size === mostTags) return
    if (value.length > 0 && value.length <= longestValue && tagText.test(value)) values.set(key, value)
  }
  const addName = (prefix: string, { attributes }: DistinguishedName) => {
    for (const { type, value } of attributes) if (/^[A-Z]+$/.test(type)) add(`${prefix}/${type}`, value)
  }
  addName('x509Subject', subject)
  addName('x509Issuer', issuer)
  add('x509SAN/DNS', alternativeNames.dns[0])
  add('x509SAN/URI', alternativeNames.uri[0])
  for (const name of alternativeNames.names) addName('x509SAN/Name', name)
  const [commonName, another] = valuesOf(subject, 'CN')
  if (another !== undefined || (commonName !== undefined && !identityText.test(commonName))) throw unfitName()
  return {
    tags: [...values].map(([Key, Value]) => ({ Key, Value })),
    sourceIdentity: commonName,
    // In whole bytes, as it is shown elsewhere.
    serial: serial.length % 2 === 0 ? serial : `0${serial}`,
  }
}
