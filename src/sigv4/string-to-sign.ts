import { hash } from 'node:crypto'
import type { CredentialScope } from './signing-key.ts'
import { algorithm, terminator } from './request.ts'

const beyondAscii = /[\x80-\xff]/

/**
 * Step 2: what the signing key signs; `signedAt` as `20261123T014455Z`. A canonical request holds one character per byte, and is hashed as those
 * bytes.
 */
export function stringToSign(
  canonicalRequest: string,
  signedAt: string,
  scope: CredentialScope,
  by = algorithm,
): string {
  const bytes = beyondAscii.test(canonicalRequest) ? Buffer.from(canonicalRequest, 'latin1') : canonicalRequest
  const digest = hash('sha256', bytes, 'hex')
  const { date, region, service } = scope
  return [by, '\n', signedAt, '\n', date, '/', region, '/', service, '/', terminator, '\n', digest].join('')
}
