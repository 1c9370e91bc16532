import { type AnyRefusal, answerRefusal } from '../sigv4/refusals.ts'
import { readClaim } from '../sigv4/read-claim.ts'
import type { SignedRequest } from '../sigv4/request.ts'
import { checkClaim, type Rules, verify } from '../sigv4/verify.ts'
import type { Moment } from '../store/store.ts'
import type { Caller } from './call.ts'
import { proveCertificate } from './prove-certificate.ts'
import type { CredentialRefusal, Platform } from './platform.ts'
import type { ProtocolName } from './protocols/model.ts'
import type { WireError } from './protocols/protocol.ts'

export type Authenticated =
  | { readonly caller: Caller; readonly region: string }
  | { readonly anonymous: true }
  | { readonly refused: WireError; readonly accessKeyId?: string; readonly region?: string }

/** What an endpoint knows before it knows the caller. */
export interface AuthenticationFacts {
  readonly platform: Platform
  /** The name that credential scopes give the service. */
  readonly signingName: string
  readonly protocol: ProtocolName
  readonly moment: Moment
  /** Whether the operation takes the signature of a certificate's key. */
  readonly certified?: boolean | undefined
}

const minute = 60_000
const defaultWindow = 15 * minute
/** KMS and Lambda were measured to take signatures of the last five minutes only. */
const shortWindows: Readonly<Record<string, number>> = { kms: 5 * minute, lambda: 5 * minute }
const regionName = /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/

/** Finds out who signed a request. There is no way round the signature: what is not verified is anonymous or refused. */
export async function authenticate(request: SignedRequest, facts: AuthenticationFacts): Promise<Authenticated> {
  const { platform, signingName, moment } = facts
  const rules = rulesFor(facts)
  const certified = facts.certified ? proveCertificate(request, rules) : undefined
  if (certified) return 'refused' in certified ? { refused: wireError(certified.refused, facts.protocol) } : certified
  const read = readClaim(request)
  if ('anonymous' in read) return read
  if ('refused' in read) return { refused: wireError(read.refused, facts.protocol) }
  const { claim } = read
  const known = { accessKeyId: claim.accessKeyId, region: regionName.test(claim.region) ? claim.region : 'us-east-1' }
  const early = checkClaim(claim, rules)
  if (early) return { refused: wireError(early, facts.protocol), ...known }
  const credential = await platform.store.transaction(
    (tx) => platform.identities.credential(tx, claim.accessKeyId, claim.sessionToken?.reveal()),
    { from: moment },
  )
  if (typeof credential === 'string')
    return { refused: wireError({ kind: credentialRefusals[credential] }, facts.protocol), ...known }
  const result = verify(request, claim, credential.secret, rules)
  if ('refused' in result) return { refused: wireError(result.refused, facts.protocol), ...known }
  platform.identities.noteUse?.(credential.caller, signingName, claim.region)
  return { caller: credential.caller, region: claim.region }
}

function rulesFor({ platform, signingName }: AuthenticationFacts): Rules {
  return {
    nowMs: platform.clock.real(),
    windowMs: shortWindows[signingName] ?? defaultWindow,
    service: signingName,
    acceptsRegion: (region) => regionName.test(region),
    presignedLifetime: 'window',
  }
}

/** The error for a caller who gave no credentials to an operation that needs them. */
export function missingCredentials(protocol: ProtocolName): WireError {
  return wireError({ kind: 'anonymous' }, protocol)
}

const credentialRefusals = {
  unknown: 'unknownAccessKey',
  inactive: 'unknownAccessKey',
  'invalid-token': 'invalidSessionToken',
  'expired-token': 'expiredSession',
} as const satisfies Record<CredentialRefusal, AnyRefusal['kind']>

const forms = { json: 'json', query: 'query', 'rest-json': 'rest' } as const

function wireError(refusal: AnyRefusal, protocol: ProtocolName): WireError {
  return answerRefusal(refusal, forms[protocol])
}
