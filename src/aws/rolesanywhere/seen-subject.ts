import { hash } from 'node:crypto'
import { toBase64 } from '../../base/bytes.ts'
import type { Certificate } from '../../x509/certificate.ts'
import { nameText } from '../../x509/name.ts'
import type { Finding } from '../operation.ts'
import { arnOf, subjectKind } from './kind.ts'
import { type SubjectRecord, subjects } from './records.ts'

const mostCertificates = 10
const longestSubject = 1024

/** Remembers that a subject came with a certificate, and gives its ARN. The same subject always has the same id. */
export async function rememberSubject(
  certificate: Certificate,
  account: string,
  { tx, call }: Finding,
): Promise<string> {
  const id = idOf(certificate.subject.bytes)
  const { region, now } = call
  const known = await subjects.get(tx, account, region, id)
  const der = toBase64(certificate.der)
  const seen = { serial: certificate.serial, issuer: nameText(certificate.issuer), certificate: der, seenAt: now }
  const others = known?.credentials.filter((one) => one.certificate !== der) ?? []
  const record: SubjectRecord = {
    id,
    account,
    region,
    enabled: true,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    tags: known?.tags ?? [],
    subject: nameText(certificate.subject).slice(0, longestSubject),
    lastSeenAt: now,
    credentials: [seen, ...others].slice(0, mostCertificates),
  }
  subjects.put(tx, record, account, region, id)
  return arnOf(subjectKind, record)
}

/** A UUID of version 8 (RFC 9562) out of the subject's name. */
function idOf(name: Buffer): string {
  const hex = hash('sha256', name, 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
