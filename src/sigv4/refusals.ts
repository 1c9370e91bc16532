import { hash } from 'node:crypto'
import type { Refusal, ScopeFaults } from './refusal.ts'
import { formatTimestamp } from './timestamp.ts'

/** What only the keeper of the access keys can find. */
export type CredentialRefusal = { kind: 'anonymous' | 'unknownAccessKey' | 'invalidSessionToken' | 'expiredSession' }
export type AnyRefusal = Refusal | CredentialRefusal

/** How a service answers: JSON 1.1 (Secrets Manager, KMS, …), REST JSON (Lambda), or query with XML (IAM, STS). */
export type AnswerForm = 'json' | 'rest' | 'query'

interface Answer {
  readonly code: string
  readonly status: number
}

/** The codes of one family of refusals, a column per form. Codes and statuses as measured on AWS by 2026. */
interface Family {
  readonly json: Answer
  readonly rest: Answer
  readonly query: Answer
}

function family(json: string, query: string, queryStatus: number): Family {
  return {
    json: { code: json, status: 400 },
    rest: { code: json, status: 403 },
    query: { code: query, status: queryStatus },
  }
}

const missing = family('MissingAuthenticationTokenException', 'MissingAuthenticationToken', 403)
const incomplete = family('IncompleteSignatureException', 'IncompleteSignature', 400)
const invalid = family('InvalidSignatureException', 'SignatureDoesNotMatch', 403)
const unknown = family('UnrecognizedClientException', 'InvalidClientTokenId', 403)
const expired = family('ExpiredTokenException', 'ExpiredToken', 403)

/** The member of the union that a kind names. */
type Of<K, R = AnyRefusal> = R extends { kind: infer Kind } ? (K extends Kind ? R : never) : never
type Row<K> = readonly [Family, string | ((refusal: Of<K>, form: AnswerForm) => string)]

const missingToken = (_: unknown, form: AnswerForm) =>
  form === 'query' ? 'Request is missing Authentication Token' : 'Missing Authentication Token'
const notStandard = 'The request signature does not conform to AWS standards.'
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and ' +
  'signing method. Consult the service documentation for details.'

/** AWS's code and words for every refusal. `notStandard` is its general text, used where no special one is known. */
export const refusals: { readonly [K in AnyRefusal['kind']]: Row<K> } = {
  anonymous: [missing, missingToken],
  otherScheme: [missing, missingToken],
  unknownAccessKey: [unknown, 'The security token included in the request is invalid.'],
  invalidSessionToken: [unknown, 'The security token included in the request is invalid.'],
  expiredSession: [expired, 'The security token included in the request is expired'],
  tooManyHeaders: [incomplete, notStandard],
  repeatedHeader: [incomplete, notStandard],
  malformedHeader: [incomplete, notStandard],
  malformedRequestLine: [incomplete, notStandard],
  malformedQuery: [incomplete, notStandard],
  authorizationTooLong: [incomplete, notStandard],
  unexpectedAuthorizationPart: [incomplete, notStandard],
  repeatedParameter: [incomplete, notStandard],
  malformedExpires: [incomplete, notStandard],
  malformedSignedHeaders: [incomplete, notStandard],
  bothHeaderAndQuery: [
    invalid,
    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
  ],
  missingEqualSign: [
    incomplete,
    ({ authorization }) =>
      'Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with ' +
      `Base64): '${digest(authorization)}'.`,
  ],
  incompleteAuthorization: [
    incomplete,
    ({ missing: parts, authorization }) =>
      `${parts.map(authorizationLacks).join('')}(Hashed with SHA-256 and encoded with Base64) ` +
      `Authorization=${digest(authorization)}`,
  ],
  incompleteQuery: [
    incomplete,
    ({ missing: names }) =>
      `${names.map((name) => `AWS query-string parameters must include '${name}'. `).join('')}` +
      'Re-examine the query-string parameters.',
  ],
  malformedDate: [
    incomplete,
    ({ text }) => `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  ],
  headerNotSigned: [
    invalid,
    ({ name }) =>
      `${name === 'host' ? "'Host' or ':authority'" : `'${name}'`} must be a 'SignedHeader' in the AWS Authorization.`,
  ],
  unsupportedAlgorithm: [
    incomplete,
    ({ algorithm }) => `Unsupported AWS 'algorithm': '${algorithm}' (only AWS4-HMAC-SHA256 for now). `,
  ],
  malformedCredential: [
    incomplete,
    ({ credential }) =>
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
      `got '${credential}'`,
  ],
  unsupportedPayload: [invalid, mismatch],
  expired: [
    invalid,
    ({ timestamp, nowMs, windowMs }) =>
      `Signature expired: ${formatTimestamp(timestamp)} is now earlier than ${formatTimestamp(nowMs - windowMs)} ` +
      `(${formatTimestamp(nowMs)} - ${duration(windowMs)})`,
  ],
  notYetCurrent: [
    invalid,
    ({ timestamp, nowMs, windowMs }) =>
      `Signature not yet current: ${formatTimestamp(timestamp)} is still later than ` +
      `${formatTimestamp(nowMs + windowMs)} (${formatTimestamp(nowMs)} + ${duration(windowMs)})`,
  ],
  wrongScope: [invalid, ({ faults }) => scopeText(faults)],
  signatureMismatch: [
    invalid,
    ({ canonicalRequest, stringToSign }, form) =>
      form === 'query'
        ? mismatch
        : `${mismatch}\n\nThe Canonical String for this request should have been\n'${canonicalRequest.reveal()}'\n\n` +
          `The String-to-Sign should have been\n'${stringToSign}'\n`,
  ],
}

/**
 * The answer that AWS gives to a refusal. The text may repeat what its sender sent, a session token included (in the
 * canonical string): it is for the sender, not for a log.
 */
export function answerRefusal(refusal: AnyRefusal, form: AnswerForm): Answer & { readonly message: string } {
  const [codes, message] = refusals[refusal.kind] as Row<AnyRefusal['kind']>
  return {
    ...codes[form],
    message:
      typeof message === 'string' ? message : (message as (of: AnyRefusal, form: AnswerForm) => string)(refusal, form),
  }
}

function authorizationLacks(part: string): string {
  return part === 'Date'
    ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
    : `Authorization header requires '${part}' parameter. `
}

function scopeText({ region, service, terminator, date }: ScopeFaults): string {
  return (
    (region ? 'Credential should be scoped to a valid region. ' : '') +
    (service === undefined ? '' : `Credential should be scoped to correct service: '${service}'. `) +
    (terminator ? "Credential should be scoped with a valid terminator: 'aws4_request'. " : '') +
    (date ? 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.' : '')
  )
}

function digest(authorization: string): string {
  return hash('sha256', Buffer.from(authorization, 'latin1'), 'base64')
}

function duration(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min.` : `${ms / 1_000} sec.`
}
