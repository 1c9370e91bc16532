import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  KMS,
  KmsKeyringNode,
  NodeCachingMaterialsManager,
} from '@aws-crypto/client-node'
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  KMSClient,
  ReplicateKeyCommand,
} from '@aws-sdk/client-kms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decryptMessage } from '../../src/envelope/decrypt-message.ts'
import { decodeHeader } from '../../src/envelope/header.ts'
import { MessageRefused } from '../../src/envelope/refusal.ts'
import { type Finished, keyturn, type ServerProcess, startDevProcess, temporaryFolder } from './server-process.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
const plaintext = Buffer.from('name,card\nalice,4929 0000\n')
const context = { table: 'users', purpose: 'backup' }
const flags = ['--context', 'table=users', '--context', 'purpose=backup']

let server: ServerProcess
let environment: Record<string, string>
let settings: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } }
let kms: KMSClient
let arns: readonly [string, string]

beforeAll(async () => {
  server = await startDevProcess()
  environment = { KEYTURN_ENDPOINT: server.endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  settings = { endpoint: server.endpoint, region: 'us-east-1', credentials }
  kms = new KMSClient({ ...settings, maxAttempts: 1 })
  arns = [await newKey(), await newKey()]
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/backup', TargetKeyId: arns[0] }))
})
afterAll(() => server.end())

async function newKey(): Promise<string> {
  return (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn as string
}

const run = (...args: string[]): Promise<Finished> => keyturn(args, environment)

function keyring(generatorKeyId: string, keyIds: string[] = []): KmsKeyringNode {
  // The two packages spell optional members differently, which strict types tell apart.
  const clientProvider = (region: string) => new KMS({ ...settings, region }) as never
  return new KmsKeyringNode({ generatorKeyId, keyIds, clientProvider })
}

function fileIn(folder: { path: string }, name: string, content: Uint8Array): string {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}

describe('what the SDK makes', () => {
  const suites = [
    AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
    AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
  ]
  test.each(suites)('with suite %i, keyturn decrypts', async (suiteId) => {
    using folder = temporaryFolder()
    const content = randomBytes(10_000)
    for (const [name, frameLength] of [
      ['frames', 1000],
      ['a-frame', 4096],
    ] as const) {
      const { result } = await encrypt(keyring(arns[0], [arns[1]]), content, {
        suiteId,
        frameLength,
        encryptionContext: context,
      })
      const file = fileIn(folder, `${name}.encrypted`, result)
      const answer = await run('decrypt', file, '--key', arns[1], '--json', ...flags)
      expect(answer).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(answer.stdout)).toEqual({
        output: join(folder.path, name),
        bytes: content.length,
        context,
        signed: suiteId === suites[1],
      })
      expect(readFileSync(join(folder.path, name))).toEqual(content)
      expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600)
    }
  })

  test('without key commitment is refused', async () => {
    using folder = temporaryFolder()
    const { encrypt: old } = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
    const { result } = await old(keyring(arns[0]), plaintext)
    const answer = await run('decrypt', fileIn(folder, 'old.encrypted', result))
    expect(answer.code).toBe(1)
    expect(answer.stderr).toContain('message of another format')
    expect(readdirSync(folder.path)).toEqual(['old.encrypted'])
  })

  test('through a cache of materials takes one data key for many messages', async () => {
    const materials = new NodeCachingMaterialsManager({
      backingMaterials: keyring(arns[0]),
      cache: getLocalCryptographicMaterialsCache(10),
      maxAge: 60_000,
      maxMessagesEncrypted: 100,
    })
    const messages: Buffer[] = []
    for (let index = 0; index < 5; index++)
      messages.push((await encrypt(materials, plaintext, { plaintextLength: plaintext.length })).result)
    const wrapped = messages.map((message) =>
      Buffer.from(decodeHeader(message).keys[0]?.ciphertext ?? '').toString('hex'),
    )
    expect(new Set(wrapped).size).toBe(1)
    using folder = temporaryFolder()
    for (const [index, message] of messages.entries()) {
      expect((await decrypt(materials, message)).plaintext).toEqual(plaintext)
      const file = fileIn(folder, `${index}.encrypted`, message)
      expect((await run('decrypt', file, '--key', 'alias/backup')).code).toBe(0)
      expect(readFileSync(join(folder.path, String(index)))).toEqual(plaintext)
    }
  })
})

describe('what keyturn makes', () => {
  test.each([[], ['--sign']])('the SDK decrypts (%s)', async (...more) => {
    using folder = temporaryFolder()
    for (const size of [0, 1, 64 * 1024, 200_000]) {
      const content = randomBytes(size)
      const file = fileIn(folder, `data-${size}`, content)
      const made = await run('encrypt', file, '--key', 'alias/backup', '--key', arns[1], '--json', ...flags, ...more)
      expect(made).toMatchObject({ code: 0, stderr: '' })
      const { output, keys } = JSON.parse(made.stdout) as { output: string; keys: readonly string[] }
      expect(output).toBe(`${file}.encrypted`)
      expect(keys).toEqual(arns)
      const message = readFileSync(output)
      for (const arn of arns) {
        const { plaintext: opened, messageHeader } = await decrypt(keyring(arn), message)
        expect(opened.equals(content)).toBe(true)
        expect(messageHeader.encryptionContext).toMatchObject(context)
      }
    }
  })

  test('any altered byte of the header makes it refused, with the real keys', async () => {
    using folder = temporaryFolder()
    const file = fileIn(folder, 'data', plaintext)
    await run('encrypt', file, '--key', 'alias/backup', ...flags)
    const message = readFileSync(`${file}.encrypted`)
    const { signedBytes, tag } = decodeHeader(message)
    const open = async (bytes: Uint8Array): Promise<string> => {
      const chunks: Buffer[] = []
      const opened = decryptMessage(one(bytes), async ({ keys, context: said }) => {
        const [key] = keys
        const command = new DecryptCommand({
          KeyId: Buffer.from(key?.info ?? '').toString(),
          CiphertextBlob: key?.ciphertext,
          EncryptionContext: Object.fromEntries(said),
        })
        return kms.send(command).then(
          ({ Plaintext }) => Plaintext,
          () => undefined,
        )
      })
      for await (const chunk of opened) chunks.push(chunk)
      return Buffer.concat(chunks).toString()
    }
    expect(await open(message)).toBe(plaintext.toString())
    for (let at = 0; at < signedBytes.length + tag.length; at++) {
      const altered = Buffer.from(message)
      altered[at] = (altered[at] as number) ^ (1 << (at % 8))
      await expect(open(altered), `byte ${at}`).rejects.toThrow(MessageRefused)
    }
  })

  test('goes through pipes, and is refused half-way without a byte coming out', async () => {
    const content = randomBytes(300_000)
    const { code, output: message } = await piped(['encrypt', '-', '--key', 'alias/backup', ...flags], content)
    expect(code).toBe(0)
    expect((await decrypt(keyring(arns[0]), message)).plaintext.equals(content)).toBe(true)
    const back = await piped(['decrypt', '-', '--key', 'alias/backup'], message)
    expect(back.code).toBe(0)
    expect(back.output.equals(content)).toBe(true)
    const half = await piped(['decrypt', '-', '--key', 'alias/backup'], message.subarray(0, message.length - 10))
    expect(half).toMatchObject({ code: 1, errors: 'Standard input is not whole.\n' })
    expect(half.output.length).toBe(0)
  })
})

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function piped(args: readonly string[], input: Uint8Array) {
  const env = { ...environment, PATH: process.env['PATH'] }
  const child = spawn(process.execPath, [main, ...args], { env })
  const chunks: Buffer[] = []
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number]
  return { code, output: Buffer.concat(chunks), errors }
}

describe('decrypting', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let file: string
  beforeAll(async () => {
    folder = temporaryFolder()
    file = fileIn(folder, 'data', plaintext)
    expect((await run('encrypt', file, '--key', 'alias/backup', ...flags)).code).toBe(0)
  })
  afterAll(() => folder[Symbol.dispose]())

  /** Refused with these words, and nothing was left behind. */
  async function refused(args: readonly string[], words: string, code = 1): Promise<void> {
    const before = readdirSync(folder.path)
    const answer = await run('decrypt', ...args)
    expect(answer.stderr).toContain(words)
    expect(answer).toMatchObject({ code, stdout: '' })
    expect(readdirSync(folder.path)).toEqual(before)
  }

  test('needs the context that is expected', async () => {
    const to = ['--output', join(folder.path, 'out')]
    await refused([`${file}.encrypted`, ...to, '--context', 'table=orders'], 'does not have table=orders')
    await refused([`${file}.encrypted`, ...to, '--context', 'table'], 'An entry is name=value', 2)
    await refused([`${file}.encrypted`, ...to, '--context', 'aws-crypto-x=1'], "format's own", 2)
  })

  test('needs one of the keys that are expected', async () => {
    const to = ['--output', join(folder.path, 'out')]
    await refused([`${file}.encrypted`, ...to, '--key', arns[1]], 'None of the keys that may open this is named')
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/other', TargetKeyId: arns[1] }))
    await refused([`${file}.encrypted`, ...to, '--key', 'alias/other'], 'IncorrectKeyException')
    const dead = await newKey()
    const doomed = fileIn(folder, 'doomed', plaintext)
    await run('encrypt', doomed, '--key', dead)
    await kms.send(new DisableKeyCommand({ KeyId: dead }))
    await refused([`${doomed}.encrypted`, ...to], 'DisabledException')
  })

  test('refuses what is cut short, altered, followed by more, or something else', async () => {
    const message = readFileSync(`${file}.encrypted`)
    const altered = Buffer.from(message)
    altered[message.length - 1] = (altered[message.length - 1] as number) ^ 1
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [message.subarray(0, message.length - 1), 'is not whole'],
      [message.subarray(0, 50), 'is not whole'],
      [altered, 'is not what was encrypted'],
      [Buffer.concat([message, Buffer.from('x')]), 'has something behind its end'],
      [Buffer.from('hello'), 'is no message'],
    ]
    for (const [content, words] of cases) await refused([fileIn(folder, 'bad.encrypted', content)], words)
  })

  test('replaces no file that is there, unless it is told to', async () => {
    await refused([`${file}.encrypted`], 'is there already')
    await refused([file], 'Name the file to write', 2)
    await refused([join(folder.path, 'absent.encrypted')], 'no such file')
    await refused([`${file}.encrypted`, '--output', '-', '--json'], '--json needs', 2)
    writeFileSync(file, 'other')
    expect((await run('decrypt', `${file}.encrypted`, '--force')).code).toBe(0)
    expect(readFileSync(file)).toEqual(plaintext)
  })

  test('in another region takes the replica of a key of several regions', async () => {
    const made = await kms.send(new CreateKeyCommand({ MultiRegion: true }))
    const arn = made.KeyMetadata?.Arn as string
    await kms.send(new ReplicateKeyCommand({ KeyId: arn, ReplicaRegion: 'eu-west-1' }))
    const source = fileIn(folder, 'regions', plaintext)
    await run('encrypt', source, '--key', arn)
    const to = join(folder.path, 'from-replica')
    const replica = arn.replace('us-east-1', 'eu-west-1')
    expect(await run('decrypt', `${source}.encrypted`, '--key', replica, '--output', to)).toMatchObject({ code: 0 })
    expect(readFileSync(to)).toEqual(plaintext)
  })
})

test('encrypting needs a key, and leaves nothing behind when it is refused', async () => {
  using folder = temporaryFolder()
  const file = fileIn(folder, 'data', plaintext)
  expect(await run('encrypt', file)).toMatchObject({ code: 2, stderr: expect.stringContaining('--key') as string })
  const absent = await run('encrypt', file, '--key', 'alias/absent')
  expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('NotFoundException') as string })
  expect(readdirSync(folder.path)).toEqual(['data'])
})

test('a large file goes through, and comes back the same', async () => {
  using folder = temporaryFolder()
  const file = fileIn(folder, 'large', randomBytes(70 * 1024 * 1024))
  expect((await run('encrypt', file, '--key', 'alias/backup')).code).toBe(0)
  const back = join(folder.path, 'back')
  expect((await run('decrypt', `${file}.encrypted`, '--output', back)).code).toBe(0)
  expect(await hashOf(back)).toBe(await hashOf(file))
  const pipe = await run('decrypt', `${file}.encrypted`, '--output', '-')
  expect(pipe).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('64 MiB') as string })
})

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
