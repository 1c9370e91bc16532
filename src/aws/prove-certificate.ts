import { readCertificateClaim, verifyByKey } from '../sigv4/certificate-signature.ts'
import type { Refusal } from '../sigv4/refusal.ts'
import type { SignedRequest } from '../sigv4/request.ts'
import type { Rules } from '../sigv4/verify.ts'
import { isFitKey } from '../x509/algorithms.ts'
import { readCertificate } from '../x509/certificate.ts'
import type { Caller } from './call.ts'

/**
 * Whether a request was signed with the key of the certificate that came with it; nothing where it says no such thing. The
 * caller stays unknown: who vouches for the certificate is for the operation to find out.
 */
export function proveCertificate(
  request: SignedRequest,
  rules: Rules,
): { readonly caller: Caller; readonly region: string } | { readonly refused: Refusal } | undefined {
  const read = readCertificateClaim(request)
  if ('otherwise' in read) return undefined
  if ('refused' in read) return read
  const { certified } = read
  const certificates = certified.certificates.map(readCertificate).filter((one) => one !== undefined)
  const [own] = certificates
  if (!own || certificates.length !== certified.certificates.length || !isFitKey(own.publicKey)) {
    return { refused: { kind: 'malformedCredential', credential: certified.claim.accessKeyId } }
  }
  const serial = BigInt(`0x${own.serial}`).toString()
  const proven = verifyByKey(request, certified, { publicKey: own.publicKey, serial }, rules)
  if ('refused' in proven) return proven
  const caller: Caller = {
    principal: { type: 'anonymous' },
    account: '',
    arn: '',
    id: '',
    accessKeyId: '',
    certificates,
  }
  return { caller, region: certified.claim.region }
}
