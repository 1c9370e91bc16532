import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Secret } from '../base/secret.ts'
import { readJsonObject } from '../base/json-object.ts'
import { sendPost } from '../client/signed-post.ts'
import { type CertificateCredentials, signWithCertificate } from '../sigv4/certificate-signature.ts'
import { readPem } from '../x509/certificate.ts'
import type { RoleOptions, ServerAddress } from './credential-sources.ts'
import { type Credentials, type CredentialSource, failureOf, type Obtained } from './credentials.ts'

export interface CertificateOptions {
  /** A file in PEM: the certificate, then those of the authorities between it and the trust anchor. */
  readonly certificateFile: string
  /** A file in PEM, not encrypted. */
  readonly privateKeyFile: string
  readonly trustAnchorArn: string
  readonly profileArn: string
}

/** A session of a role for whoever holds a certificate (IAM Roles Anywhere); the files are read anew each time. */
export function certificateSession(
  options: CertificateOptions,
  role: Omit<RoleOptions, 'externalId' | 'sessionName'> & { readonly sessionName?: string },
  server: ServerAddress,
): CredentialSource {
  return {
    name: `role ${role.roleArn} by certificate`,
    async obtain(): Promise<Obtained> {
      const credentials = readFiles(options)
      if (typeof credentials === 'string') return { unavailable: credentials }
      const url = new URL('/sessions', server.endpoint)
      const body = Buffer.from(
        JSON.stringify({
          trustAnchorArn: options.trustAnchorArn,
          profileArn: options.profileArn,
          roleArn: role.roleArn,
          durationSeconds: role.durationSeconds,
          roleSessionName: role.sessionName,
        }),
      )
      const headers = ['Host', url.host, 'Content-Type', 'application/json']
      const request = { method: 'POST', target: url.pathname, headers, body }
      const scope = { region: server.region, service: 'rolesanywhere', nowMs: server.clock.real() }
      const posted = await sendPost({ url, headers: signWithCertificate(request, credentials, scope), body })
      if ('unreachable' in posted) return { unavailable: posted.unreachable }
      if (posted.status !== 201) return failureOf(posted.status, readRefusal(posted.text))
      const read = readSession(posted.text)
      return read ? { credentials: read } : { unavailable: 'the answer to CreateSession holds no credentials' }
    },
  }
}

function readFiles({ certificateFile, privateKeyFile }: CertificateOptions): CertificateCredentials | string {
  try {
    const [own, ...chain] = readPem(readFileSync(certificateFile, 'utf8')) ?? []
    if (!own) return `no certificate can be read from ${certificateFile}`
    const privateKey = createPrivateKey(readFileSync(privateKeyFile))
    const serial = BigInt(`0x${own.serial}`).toString()
    return { serial, privateKey, certificate: own.der, chain: chain.map(({ der }) => der) }
  } catch (error) {
    const { code = 'no key' } = error as NodeJS.ErrnoException
    return `certificate or key cannot be read (${code})`
  }
}

function readRefusal(text: string): { readonly code: string; readonly message: string } | undefined {
  const { message, Message = message } = readJsonObject(text) ?? {}
  return typeof Message === 'string' ? { code: 'AccessDenied', message: Message } : undefined
}

function readSession(text: string): Credentials | undefined {
  const set = readJsonObject(text)?.['credentialSet']
  const [first] = Array.isArray(set) ? (set as readonly { credentials?: Record<string, unknown> }[]) : []
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = first?.credentials ?? {}
  if (![accessKeyId, secretAccessKey, sessionToken, expiration].every((one) => typeof one === 'string'))
    return undefined
  const expiresAt = Date.parse(expiration as string)
  if (Number.isNaN(expiresAt)) return undefined
  return {
    accessKeyId: accessKeyId as string,
    secretAccessKey: new Secret(secretAccessKey as string),
    sessionToken: new Secret(sessionToken as string),
    expiresAt,
  }
}
