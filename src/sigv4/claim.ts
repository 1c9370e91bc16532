import type { Secret } from '../base/secret.ts'
import type { HeaderLookup } from './headers.ts'

/** Who a request says it is from, and what of it the signature covers. Nothing in it is proven before `verify`. */
export interface Claim {
  readonly kind: 'header' | 'presigned'
  readonly accessKeyId: string
  /** Day of the credential scope, as `20261123`. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminator: string
  /** Lower case, ascending, each once, `host` among them. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** When it was signed, in milliseconds since 1970, whole seconds. */
  readonly timestamp: number
  /** The same moment as it is signed: `20261123T014455Z`. */
  readonly signedAt: string
  readonly sessionToken?: Secret<string>
  /** How long a presigned request says it is good for: 1 to 604800. */
  readonly expiresSeconds?: number
  /** The SHA-256 of the body in hexadecimal, where the request states one. */
  readonly payloadHash?: string
  readonly header: HeaderLookup
}

/** What either form of signature brings, decoded, not yet looked into. */
export interface SignatureTexts {
  readonly algorithm: string
  readonly credential: string
  readonly signedHeaders: string
  readonly signature: string
  readonly date: string
  readonly expires?: string
  readonly sessionToken?: string
  readonly payloadHash?: string
}

/** The parts of `Credential`: access key id, day, region, service, terminator. */
export interface Credential {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminator: string
}

const mostRemembered = 1_000
const longestRemembered = 256

/** A reader of texts that remembers what it read: a client says the same of itself in every request of a day. */
function rememberingTexts<T extends object>(read: (text: string) => T | undefined): (text: string) => T | undefined {
  const remembered = new Map<string, T>()
  return (text) => {
    const known = remembered.get(text)
    if (known !== undefined) return known
    const value = read(text)
    if (value !== undefined && text.length <= longestRemembered) {
      if (remembered.size >= mostRemembered) remembered.clear()
      remembered.set(text, value)
    }
    return value
  }
}

const maxCredentialLength = 512
const credentialText = /^([\w.+=@-]{1,128})\/([^/]+)\/([^/]*)\/([^/]+)\/([^/]+)$/

/** Reads `AKID/20261123/us-east-1/kms/aws4_request`. The parts after the key id are only compared with expectations. */
export const parseCredential = rememberingTexts((text: string): Credential | undefined => {
  if (text.length > maxCredentialLength) return undefined
  const parts = credentialText.exec(text)
  if (parts === null) return undefined
  const [, accessKeyId, date, region, service, terminator] = parts as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  return { accessKeyId, date, region, service, terminator }
})

const maxSignedHeaders = 100
const headerNames = /^[a-z0-9!#$%&'*+.^_`|~-]+(?:;[a-z0-9!#$%&'*+.^_`|~-]+)*$/

/** Reads `host;x-amz-date`: lower-case names in ascending order, none twice. */
export const parseSignedHeaders = rememberingTexts((text: string): readonly string[] | undefined => {
  if (!headerNames.test(text)) return undefined
  const names = text.split(';', maxSignedHeaders + 1)
  if (names.length > maxSignedHeaders) return undefined
  for (let i = 1; i < names.length; i++) {
    if ((names[i - 1] as string) >= (names[i] as string)) return undefined
  }
  return names
})
