import { accountOfIssuer, issuerPath, issuerUrl } from '../iam/outbound-federation.ts'
import type { Platform } from '../platform.ts'
import { publishedKeys, tokenAlgorithms } from './token-keys.ts'

const documents = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/\.well-known\/(openid-configuration|jwks\.json)$/

/**
 * What an account's issuer of tokens publishes for everybody who verifies them: its description (OpenID Connect Discovery 1.0,
 * section 4) and its keys. Nothing at other paths.
 */
export async function publishedIssuer(
  path: string,
  platform: Pick<Platform, 'store' | 'publicUrl'>,
): Promise<object | undefined> {
  const match = path.startsWith(issuerPath) ? documents.exec(path.slice(issuerPath.length)) : null
  if (!match || platform.publicUrl?.() === undefined) return undefined
  const [, issuerId = '', document] = match
  return platform.store.transaction(async (tx) => {
    const account = await accountOfIssuer(tx, issuerId)
    if (account === undefined) return undefined
    return document === 'jwks.json' ? publishedKeys(tx, account) : description(issuerUrl({ issuerId }, platform))
  })
}

function description(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: Object.keys(tokenAlgorithms),
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'jti', 'https://sts.amazonaws.com/'],
  }
}
