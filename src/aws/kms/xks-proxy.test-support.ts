import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certificate, privateKey } from '../sts/certificates.test-support.ts'

/** An external key store proxy as its specification has it, over keys in memory. */
export interface FakeProxy {
  readonly port: number
  readonly accessKeyId: string
  readonly secret: string
  /** What it was asked, oldest first. */
  readonly requests: { readonly path: string; readonly body: Record<string, never> }[]
  /** In place of the next answer. */
  next: { status: number; body: string } | 'never' | undefined
  /** Changes an answer before it leaves. */
  spoil: ((answer: Record<string, unknown>) => void) | undefined
  close(): Promise<void>
}

export async function openProxy(): Promise<FakeProxy> {
  const keys = new Map([
    ['one', randomBytes(32)],
    ['two', randomBytes(32)],
  ])
  const server = createServer({ cert: certificate, key: privateKey }, (incoming, outgoing) => {
    void answer(incoming).then(({ status, body }) => {
      outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
    })
  })
  const proxy: FakeProxy = {
    port: 0,
    accessKeyId: 'ABCDEFGHIJKLMNOPQRST',
    secret: 'PHDBUMGPHDBUMGPHDBUMGPHDBUMGPHDBUMGPHDBUMGPH',
    requests: [],
    next: undefined,
    spoil: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }

  async function answer(incoming: IncomingMessage): Promise<{ status: number; body: string }> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const path = incoming.url ?? ''
    const body = JSON.parse(raw.toString()) as Record<string, never>
    proxy.requests.push({ path, body })
    const { next } = proxy
    proxy.next = undefined
    if (next === 'never') return new Promise(() => undefined)
    if (next) return next
    if (!isSigned(incoming, raw, proxy)) return failure(401, 'AuthenticationFailedException')
    const result = perform(path, body, keys)
    proxy.spoil?.(result)
    const failed = typeof result['errorName'] === 'string'
    return { status: failed ? 400 : 200, body: JSON.stringify(result) }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(proxy, { port: (server.address() as AddressInfo).port })
}

function failure(status: number, errorName: string) {
  return { status, body: JSON.stringify({ errorName }) }
}

function perform(
  path: string,
  body: Record<string, never>,
  keys: ReadonlyMap<string, Buffer>,
): Record<string, unknown> {
  if (path === '/tenant/kms/xks/v1/health') return { ekmFleetDetails: [{ healthStatus: 'ACTIVE' }] }
  const [, id = '', operation = ''] = /^\/tenant\/kms\/xks\/v1\/keys\/([^/]+)\/([a-z]+)$/.exec(path) ?? []
  const secret = keys.get(id)
  if (!secret) return { errorName: operation === '' ? 'InvalidUriPathException' : 'KeyNotFoundException' }
  if (operation === 'metadata') {
    return { keySpec: 'AES_256', keyUsage: ['ENCRYPT', 'DECRYPT', 'WRAP'], keyStatus: 'ENABLED' }
  }
  return operation === 'encrypt' ? encrypt(body, secret) : decrypt(body, secret)
}

const housekeeping = Buffer.from('v=1')

function associated(aad: Buffer, metadata: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(aad.length)
  return Buffer.concat([length, aad, Buffer.from([metadata.length]), metadata])
}

function bytes(text: unknown): Buffer {
  return Buffer.from(typeof text === 'string' ? text : '', 'base64')
}

function encrypt(body: Record<string, never>, secret: Buffer): Record<string, unknown> {
  const aad = bytes(body['additionalAuthenticatedData'])
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(associated(aad, housekeeping))
  const ciphertext = Buffer.concat([cipher.update(bytes(body['plaintext'])), cipher.final()])
  const tag = cipher.getAuthTag()
  const integrity = createHash('sha256').update(Buffer.concat([aad, housekeeping, iv, ciphertext, tag]))
  return {
    ciphertext: ciphertext.toString('base64'),
    ciphertextMetadata: housekeeping.toString('base64'),
    initializationVector: iv.toString('base64'),
    authenticationTag: tag.toString('base64'),
    ciphertextDataIntegrityValue: integrity.digest('base64'),
  }
}

function decrypt(body: Record<string, never>, secret: Buffer): Record<string, unknown> {
  const aad = bytes(body['additionalAuthenticatedData'])
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, bytes(body['initializationVector']))
      .setAAD(associated(aad, bytes(body['ciphertextMetadata'])))
      .setAuthTag(bytes(body['authenticationTag']))
    const plaintext = Buffer.concat([decipher.update(bytes(body['ciphertext'])), decipher.final()])
    return { plaintext: plaintext.toString('base64') }
  } catch {
    return { errorName: 'InvalidCiphertextException' }
  }
}

/** Signature Version 4 for POST without a query, written from the specification's appendix A. */
function isSigned(incoming: IncomingMessage, body: Buffer, { accessKeyId, secret }: FakeProxy): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/kms-xks-proxy\/aws4_request, SignedHeaders=host;x-amz-date, Signature=([0-9a-f]{64})$/.exec(
      incoming.headers.authorization ?? '',
    )
  if (!found) return false
  const [, id, date, region, signature] = found as unknown as [string, string, string, string, string]
  const when = String(incoming.headers['x-amz-date'])
  const sha = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
  const canonical = `POST\n${incoming.url}\n\nhost:${incoming.headers.host}\nx-amz-date:${when}\n\nhost;x-amz-date\n${sha(body)}`
  const text = `AWS4-HMAC-SHA256\n${when}\n${date}/${region}/kms-xks-proxy/aws4_request\n${sha(canonical)}`
  let signingKey = Buffer.from(`AWS4${secret}`)
  for (const part of [date, region, 'kms-xks-proxy', 'aws4_request']) {
    signingKey = createHmac('sha256', signingKey).update(part).digest()
  }
  return id === accessKeyId && createHmac('sha256', signingKey).update(text).digest('hex') === signature
}
