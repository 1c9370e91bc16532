import { createHash } from 'node:crypto'
import { equalBytes, fromBase64, toBase64 } from '../../base/bytes.ts'
import type { Call } from '../call.ts'
import type { AwsError } from '../errors.ts'
import type { Platform } from '../platform.ts'
import { viaService } from './conditions.ts'
import type { XksSettings } from './key-store.ts'
import { type XksPurpose, xksRefusal } from './xks-messages.ts'
import { callProxy, XksFailure, type XksTransport } from './xks-proxy.ts'

/** For whom and for what a proxy is asked. */
export interface XksContext {
  readonly settings: XksSettings
  readonly call: Call
  readonly platform: Platform
  /** The KMS operation as AWS names it. */
  readonly operation: string
  readonly purpose: XksPurpose
}

/** What a proxy makes of a plaintext: AES-GCM, whose parts come apart. */
export interface ExternalCiphertext {
  readonly ciphertext: Uint8Array
  /** 12 or 16 bytes. */
  readonly iv: Uint8Array
  /** 16 bytes. */
  readonly tag: Uint8Array
  /** Up to 20 bytes of the proxy's own. */
  readonly metadata: Uint8Array
}

/** Asks whether the proxy is there, knows the credential and reaches at least one key manager. */
export async function checkHealth(context: XksContext): Promise<void> {
  const answer = await ask(context, '/health', {
    requestMetadata: { ...metadataOf(context), awsPrincipalArn: undefined },
  })
  const fleet = answer['ekmFleetDetails']
  const states = Array.isArray(fleet)
    ? fleet.map((entry) => (entry as { healthStatus?: unknown } | null)?.healthStatus)
    : []
  if (states.length === 0 || states.length > 10) throw refusal(context, 'malformed')
  if (states.every((state) => state === 'UNAVAILABLE')) throw refusal(context, 'InternalException')
}

/** Asks whether an external key is what a KMS key may rest on: AES-256, enabled, for both directions. */
export async function isUsableKey(context: XksContext, xksKeyId: string): Promise<boolean> {
  const answer = await ask(context, `/keys/${xksKeyId}/metadata`, { requestMetadata: metadataOf(context) })
  const { keySpec, keyUsage, keyStatus } = answer
  if (!Array.isArray(keyUsage)) throw refusal(context, 'malformed')
  return (
    keySpec === 'AES_256' && keyStatus === 'ENABLED' && keyUsage.includes('ENCRYPT') && keyUsage.includes('DECRYPT')
  )
}

interface KeyRequest {
  readonly xksKeyId: string
  readonly keyArn: string
  readonly associated: Uint8Array
}

/** Encrypts outside; an answer that does not match its own integrity value is not taken. */
export async function encryptOutside(
  context: XksContext,
  { xksKeyId, keyArn, associated }: KeyRequest,
  plaintext: Uint8Array,
): Promise<ExternalCiphertext> {
  const answer = await ask(context, `/keys/${xksKeyId}/encrypt`, {
    requestMetadata: { ...metadataOf(context), kmsKeyArn: keyArn },
    additionalAuthenticatedData: toBase64(associated),
    plaintext: toBase64(plaintext),
    encryptionAlgorithm: 'AES_GCM',
    ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
  })
  const ciphertext = bytesOf(answer['ciphertext'])
  const iv = bytesOf(answer['initializationVector'])
  const tag = bytesOf(answer['authenticationTag'])
  const metadata = answer['ciphertextMetadata'] === undefined ? Buffer.alloc(0) : bytesOf(answer['ciphertextMetadata'])
  const integrity = bytesOf(answer['ciphertextDataIntegrityValue'])
  if (!ciphertext || !iv || !tag || !metadata || !integrity) throw refusal(context, 'malformed')
  const expected = createHash('sha256')
    .update(Buffer.concat([associated, metadata, iv, ciphertext, tag]))
    .digest()
  const sound =
    ciphertext.length === plaintext.length &&
    (iv.length === 12 || iv.length === 16) &&
    tag.length === 16 &&
    metadata.length <= 20 &&
    equalBytes(integrity, expected)
  if (!sound) throw refusal(context, 'malformed')
  return { ciphertext, iv, tag, metadata }
}

export async function decryptOutside(
  context: XksContext,
  { xksKeyId, keyArn, associated }: KeyRequest,
  { ciphertext, iv, tag, metadata }: ExternalCiphertext,
): Promise<Buffer> {
  const answer = await ask(context, `/keys/${xksKeyId}/decrypt`, {
    requestMetadata: { ...metadataOf(context), kmsKeyArn: keyArn },
    additionalAuthenticatedData: toBase64(associated),
    ciphertext: toBase64(ciphertext),
    ...(metadata.length > 0 && { ciphertextMetadata: toBase64(metadata) }),
    initializationVector: toBase64(iv),
    authenticationTag: toBase64(tag),
    encryptionAlgorithm: 'AES_GCM',
  })
  const plaintext = bytesOf(answer['plaintext'])
  if (plaintext?.length !== ciphertext.length) throw refusal(context, 'malformed')
  return plaintext
}

const plain: XksTransport = {}

async function ask(context: XksContext, target: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const { settings, call, platform } = context
  try {
    const request = { settings, region: call.region, target, body, nowMs: platform.clock.real() }
    return await callProxy(request, platform.xks ?? plain)
  } catch (error) {
    if (error instanceof XksFailure) throw refusal(context, error.kind)
    throw error
  }
}

function refusal({ purpose }: XksContext, kind: XksFailure['kind']): AwsError {
  return xksRefusal(kind, purpose)
}

function metadataOf({ call, operation }: XksContext) {
  const { principal, arn } = call.caller
  return {
    awsPrincipalArn: principal.type === 'role-session' ? principal.roleArn : arn,
    kmsOperation: operation,
    kmsRequestId: call.requestId,
    kmsViaService: viaService(call),
  }
}

function bytesOf(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? fromBase64(value) : undefined
}
