import type { Context } from '../envelope/context.ts'
import { dataKeyLength } from '../envelope/suite.ts'
import type { EncryptedDataKey } from '../envelope/header.ts'
import { CliError } from './output.ts'
import { callServer, type ServerAccess } from './server-client.ts'

/** Who encrypted a data key, as messages say it. */
const provider = 'aws-kms'

export interface NewDataKey {
  readonly plaintext: Buffer
  readonly keys: readonly EncryptedDataKey[]
}

/** A data key that each of some KMS keys can open: the first makes it, the others encrypt it as well. */
export async function newDataKey(
  access: ServerAccess,
  [first, ...others]: readonly [string, ...string[]],
  context: Context,
): Promise<NewDataKey> {
  const EncryptionContext = Object.fromEntries(context)
  const made = await call(access, first, 'GenerateDataKey', { KeySpec: 'AES_256', EncryptionContext })
  const Plaintext = textOf(made, 'Plaintext')
  const wrapped = [made]
  for (const key of others) wrapped.push(await call(access, key, 'Encrypt', { Plaintext, EncryptionContext }))
  return {
    plaintext: Buffer.from(Plaintext, 'base64'),
    keys: wrapped.map((answer) => ({
      provider,
      info: Buffer.from(textOf(answer, 'KeyId')),
      ciphertext: Buffer.from(textOf(answer, 'CiphertextBlob'), 'base64'),
    })),
  }
}

/** An encrypted data key, and a KMS key to try on it. */
interface Attempt {
  readonly arn: string
  readonly ask: string
  readonly ciphertext: Uint8Array
}

/**
 * Opens one of a message's data keys. With names of keys only those are asked, and must be the ones that it was encrypted under;
 * without, every KMS key that the message names.
 */
export async function openDataKey(
  access: ServerAccess,
  keys: readonly EncryptedDataKey[],
  names: readonly string[],
  context: Context,
): Promise<Buffer> {
  const attempts = keys.flatMap((key) => attemptsFor(key, names))
  if (attempts.length === 0) {
    const there = keys.map(
      ({ provider: by, info }) => (by === provider ? arnOf(info) : undefined) ?? 'a key outside KMS',
    )
    throw new CliError(`None of the keys that may open this is named in the message, which has ${there.join(', ')}.`)
  }
  const refusals = new Set<string>()
  for (const { arn, ask, ciphertext } of attempts) {
    const input = {
      CiphertextBlob: Buffer.from(ciphertext).toString('base64'),
      EncryptionContext: Object.fromEntries(context),
    }
    try {
      const answer = await call(access, ask, 'Decrypt', input)
      const plaintext = Buffer.from(textOf(answer, 'Plaintext'), 'base64')
      if (isSameKey(textOf(answer, 'KeyId'), arn) && plaintext.length === dataKeyLength) return plaintext
      plaintext.fill(0)
      refusals.add('the server opened it with another key')
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== 1) throw error
      refusals.add(error.message)
    }
  }
  throw new CliError(`No key opens this: ${[...refusals].join('; ')}`)
}

function attemptsFor(
  { provider: by, info, ciphertext }: EncryptedDataKey,
  names: readonly string[],
): readonly Attempt[] {
  const arn = by === provider ? arnOf(info) : undefined
  if (arn === undefined) return []
  if (names.length === 0) return [{ arn, ask: arn, ciphertext }]
  // Which key an alias stands for the server knows; of a key's own ARN it can be told without asking.
  return names.filter((name) => !keyArn.test(name) || isSameKey(name, arn)).map((ask) => ({ arn, ask, ciphertext }))
}

const keyArn = /^arn:aws[a-z-]*:kms:([a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}):\d{12}:key\/((?:mrk-)?[A-Za-z0-9-]{1,128})$/

function arnOf(info: Uint8Array): string | undefined {
  const text = Buffer.from(info).toString('latin1')
  return keyArn.test(text) ? text : undefined
}

/** Keys of several regions are one key under one id. */
function isSameKey(a: string, b: string): boolean {
  if (a === b) return true
  const [left, right] = [a.split(':'), b.split(':')]
  const alike = [1, 2, 4, 5].every((part) => left[part] === right[part])
  return alike && (left[5] ?? '').startsWith('key/mrk-')
}

/** Calls KMS in the region that an ARN names. */
function call(access: ServerAccess, KeyId: string, operation: string, input: object): Promise<Record<string, unknown>> {
  const region = KeyId.startsWith('arn:') ? (KeyId.split(':')[3] ?? '') : ''
  const there = /^[a-z0-9-]+$/.test(region) ? { ...access, region } : access
  return callServer(there, 'kms', `TrentService.${operation}`, { KeyId, ...input })
}

function textOf(answer: Record<string, unknown>, member: string): string {
  const value = answer[member]
  if (typeof value !== 'string') throw new CliError('What the server answers is not KMS.')
  return value
}
