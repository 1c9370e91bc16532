import type { Clock } from '../base/clock.ts'
import type { Arrived, Reply } from '../http/listener.ts'
import { type Credentials, describeFailure, type Failure, type Obtained } from './credentials.ts'
import { jsonReply, textReply } from './local-request.ts'
import { longestSeconds, type MetadataTokens } from './metadata-token.ts'

export interface MetadataOptions {
  readonly clock: Clock
  readonly tokens: MetadataTokens
  readonly region: string
  /** The name under which the credentials are listed. */
  readonly roleName: string
  readonly credentials: () => Promise<Obtained>
  readonly account: () => Promise<{ readonly account: string } | Failure>
}

const tokenPath = '/latest/api/token'

/**
 * Version 2 of the EC2 instance metadata service, as far as clients need it for credentials and their region (EC2 user guide,
 * «Use the Instance Metadata Service»). Version 1, without a token, is refused as an instance refuses it that requires tokens.
 */
export function metadataApi(options: MetadataOptions): (request: Arrived) => Promise<Reply> {
  return async (request) => {
    const { method, path, header } = request
    if (path === tokenPath)
      return method === 'PUT' ? issueToken(request, options) : textReply(405, 'Method Not Allowed')
    const token = header('x-aws-ec2-metadata-token')
    if (token === undefined || !options.tokens.holds(token)) return textReply(401, 'Unauthorized')
    if (method !== 'GET' && method !== 'HEAD') return textReply(405, 'Method Not Allowed')
    const found = documents(options)[path.replace(/\/$/, '')]
    return found ? found() : textReply(404, 'Not Found')
  }
}

function issueToken({ header }: Arrived, { tokens }: MetadataOptions): Reply {
  if (header('x-forwarded-for') !== undefined) return textReply(403, 'Forbidden')
  const wanted = header('x-aws-ec2-metadata-token-ttl-seconds') ?? ''
  const seconds = Number(wanted)
  if (!/^\d{1,5}$/.test(wanted) || seconds < 1 || seconds > longestSeconds) return textReply(400, 'Bad Request')
  return textReply(200, tokens.issue(seconds), { 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': String(seconds) })
}

type Documents = Readonly<Record<string, () => Reply | Promise<Reply>>>

function documents(options: MetadataOptions): Documents {
  const { region, roleName } = options
  const listing =
    (...names: readonly string[]) =>
    () =>
      textReply(200, names.join('\n'))
  const credentialsAt = '/latest/meta-data/iam/security-credentials'
  return {
    __proto__: null as never,
    '/latest': listing('dynamic', 'meta-data'),
    '/latest/meta-data': listing('iam/', 'placement/'),
    '/latest/meta-data/iam': listing('security-credentials/'),
    [credentialsAt]: listing(roleName),
    [`${credentialsAt}/${roleName}`]: () => credentialsDocument(options),
    '/latest/meta-data/placement': listing('availability-zone', 'region'),
    '/latest/meta-data/placement/region': listing(region),
    // Older clients read their region from it, without the letter.
    '/latest/meta-data/placement/availability-zone': listing(`${region}a`),
    '/latest/dynamic': listing('instance-identity/'),
    '/latest/dynamic/instance-identity': listing('document'),
    '/latest/dynamic/instance-identity/document': () => identityDocument(options),
  }
}

async function credentialsDocument({ credentials, clock }: MetadataOptions): Promise<Reply> {
  const obtained = await credentials()
  if (!('credentials' in obtained)) return textReply(503, describeFailure(obtained))
  const LastUpdated = seconds(clock.now())
  const body = { Code: 'Success', LastUpdated, Type: 'AWS-HMAC', ...credentialMembers(obtained.credentials, clock) }
  return jsonReply(200, JSON.stringify(body))
}

async function identityDocument({ account, region }: MetadataOptions): Promise<Reply> {
  const found = await account()
  if (!('account' in found)) return textReply(503, describeFailure(found))
  const body = { accountId: found.account, availabilityZone: `${region}a`, region, version: '2017-09-30' }
  return jsonReply(200, JSON.stringify(body))
}

/** For credentials that do not end: clients ask again before this, so that a change reaches them. */
const endless = 3_600_000

/** Credentials as the metadata service, container endpoints and credential processes name their parts. */
export function credentialMembers(credentials: Credentials, clock: Clock) {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey.reveal(),
    Token: sessionToken?.reveal(),
    Expiration: seconds(expiresAt ?? clock.now() + endless),
  }
}

/** `2026-11-23T02:07:31Z` */
function seconds(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19)}Z`
}
