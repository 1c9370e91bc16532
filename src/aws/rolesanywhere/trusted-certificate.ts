import type { Certificate } from '../../x509/certificate.ts'
import { type ChainRefusal, verifyChain } from '../../x509/chain.ts'
import { isRevoked } from '../../x509/revocation-list.ts'
import type { Finding } from '../operation.ts'
import { authoritiesOf, listOf } from './authorities.ts'
import { arnOf, trustAnchorKind } from './kind.ts'
import { certificateNeeded, untrusted } from './messages.ts'
import { crls, type TrustAnchorRecord } from './records.ts'

const reasons: Readonly<Record<ChainRefusal, string>> = {
  untrusted: 'the trust anchor does not vouch for it.',
  expired: 'it, or one above it, has expired.',
  'not-yet-valid': 'it, or one above it, is not valid yet.',
  weak: 'its key or its signature is too weak.',
  'not-for-signing': 'it is no end-entity certificate for digital signatures of clients.',
}

const mostLists = 200

/** The certificate whose key signed the call, once the anchor vouches for it and no list revokes it or one above it. */
export async function trustedCertificate(
  anchor: TrustAnchorRecord,
  { tx, call, platform }: Finding,
): Promise<Certificate> {
  const [own, ...others] = call.caller.certificates ?? []
  if (!own) throw certificateNeeded()
  const chain = verifyChain(own, others, authoritiesOf(anchor), platform.clock.real())
  if ('refused' in chain) throw untrusted(reasons[chain.refused])
  const arn = arnOf(trustAnchorKind, anchor)
  const lists = await crls.range(tx, { under: [anchor.account, anchor.region], limit: mostLists })
  for (const { record } of lists) {
    if (!record.enabled || record.trustAnchorArn !== arn) continue
    if (isRevoked(listOf(record), chain.trusted)) throw untrusted('it, or one above it, was revoked.')
  }
  return own
}
