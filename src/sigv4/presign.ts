import { assert } from '../base/assert.ts'
import { encode } from './percent-encoding.ts'
import { algorithm, type SignedRequest } from './request.ts'
import { credentialText, headersToSign, type SigningCredentials, type SigningScope, signatureOf } from './sign.ts'
import { formatTimestamp } from './timestamp.ts'

/**
 * Signs a request in its query: the path and query to send. Every header given (`Host` has to be among them) is signed
 * and has to be sent as given.
 */
export function presign(
  request: SignedRequest,
  credentials: SigningCredentials,
  scope: SigningScope,
  expiresSeconds: number,
): string {
  assert(expiresSeconds >= 1 && expiresSeconds <= 604_800, 'a presigned request lives for a second to a week')
  const { index, signedHeaders } = headersToSign(request.headers)
  const parameters = [
    ['X-Amz-Algorithm', algorithm],
    ['X-Amz-Credential', credentialText(credentials, scope)],
    ['X-Amz-Date', formatTimestamp(scope.nowMs)],
    ['X-Amz-Expires', String(expiresSeconds)],
    ['X-Amz-SignedHeaders', signedHeaders.join(';')],
    ...(credentials.sessionToken ? [['X-Amz-Security-Token', credentials.sessionToken.reveal()]] : []),
  ] as const
  const query = parameters.map(([name, value]) => `${name}=${encode(value as string)}`).join('&')
  const target = `${request.target}${request.target.includes('?') ? '&' : '?'}${query}`
  const complete = { ...request, target, header: index.header, signedHeaders, presigned: true }
  return `${target}&X-Amz-Signature=${signatureOf(complete, credentials, scope)}`
}
