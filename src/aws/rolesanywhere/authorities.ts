import { parseArn } from '../../iam/arn.ts'
import { derivation } from '../../store/table.ts'
import { assert } from '../../base/assert.ts'
import { isFitKey } from '../../x509/algorithms.ts'
import { type Certificate, readPem } from '../../x509/certificate.ts'
import { readRevocationList, type RevocationList, signedList } from '../../x509/revocation-list.ts'
import type { Source } from '../models/rolesanywhere.ts'
import type { Finding } from '../operation.ts'
import { trustAnchorKind } from './kind.ts'
import { invalidCrl, noAuthority, notFound, onlyBundles } from './messages.ts'
import { type CrlRecord, type TrustAnchorRecord, trustAnchors } from './records.ts'

const mostAuthorities = 10

/** The PEM text of a source, once it is known to hold authorities and nothing else. */
export function readSource({ sourceType, sourceData }: Source): string {
  const pem = sourceData?.x509CertificateData
  if (sourceType !== 'CERTIFICATE_BUNDLE' || pem === undefined || sourceData?.acmPcaArn !== undefined)
    throw onlyBundles()
  const certificates = readPem(pem)
  if (!certificates || certificates.length > mostAuthorities) throw noAuthority()
  for (const { isAuthority, publicKey, demandsMore } of certificates) {
    if (!isAuthority || demandsMore || !isFitKey(publicKey)) throw noAuthority()
  }
  return pem
}

/** The authorities of a trust anchor. */
export const authoritiesOf = derivation(({ pem }: TrustAnchorRecord): readonly Certificate[] => {
  const certificates = readPem(pem)
  assert(certificates, 'the certificates of an anchor were read before they were kept')
  return certificates
})

export const listOf = derivation(({ data }: CrlRecord): RevocationList => {
  const list = readRevocationList(Buffer.from(data, 'base64'))
  assert(list, 'a revocation list was read before it was kept')
  return list
})

/** Checks that a list is one, and signed by an authority of its trust anchor in this account and region. */
export async function checkList(data: Uint8Array, trustAnchorArn: string, { tx, call }: Finding): Promise<void> {
  const arn = parseArn(trustAnchorArn)
  const id = arn?.resource.slice(`${trustAnchorKind.noun}/`.length) ?? ''
  const here = arn?.account === call.caller.account && arn.region === call.region
  const anchor = here ? await trustAnchors.get(tx, arn.account, arn.region, id) : undefined
  if (!anchor) throw notFound(trustAnchorKind.noun, id)
  const list = readRevocationList(Buffer.from(data))
  if (!list || !authoritiesOf(anchor).some((authority) => signedList(list, authority))) throw invalidCrl()
}
