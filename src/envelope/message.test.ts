import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { publicKeyEntry } from './context.ts'
import { decryptMessage, type Unwrap } from './decrypt-message.ts'
import { encryptMessage } from './encrypt-message.ts'
import { decodeHeader, type Header } from './header.ts'
import { MessageRefused } from './refusal.ts'
import { newMessageSigner } from './signature.ts'

const key = { provider: 'aws-kms', info: Buffer.from('arn:aws:kms:…'), ciphertext: Buffer.from('wrapped') }

interface Plan {
  readonly plaintext: Uint8Array
  readonly dataKey: Uint8Array
  readonly context?: Record<string, string>
  readonly frameLength?: number
  readonly signed?: boolean
}

async function make({ plaintext, dataKey, context = {}, frameLength = 16, signed }: Plan): Promise<Buffer> {
  const signer = signed ? newMessageSigner() : undefined
  const entries = new Map(Object.entries(context))
  if (signer) entries.set(publicKeyEntry, signer.publicKey)
  return whole(encryptMessage(pieces(plaintext, 7), { dataKey, keys: [key], context: entries, signer, frameLength }))
}

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

async function whole(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What a message opens as, or why it does not. */
async function open(message: Uint8Array, unwrap: Unwrap, length = 1000): Promise<string> {
  try {
    return (await whole(decryptMessage(pieces(message, length), unwrap))).toString()
  } catch (error) {
    if (error instanceof MessageRefused) return `refused: ${error.fault}`
    throw error
  }
}

const knowing =
  (dataKey: Uint8Array): Unwrap =>
  async () =>
    Buffer.from(dataKey)

test('opens what it made, however it comes, in whole and part frames', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 500 }),
      fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), { maxKeys: 4 }),
      fc.boolean(),
      async (plaintext, frameLength, length, context, signed) => {
        const dataKey = randomBytes(32)
        const message = await make({ plaintext, dataKey, context, frameLength, signed })
        let seen: Header | undefined
        const opened = await whole(
          decryptMessage(pieces(message, length), async (header) => {
            seen = header
            return Buffer.from(dataKey)
          }),
        )
        expect(opened).toEqual(Buffer.from(plaintext))
        const said = Object.fromEntries([...(seen as Header).context].filter(([name]) => name !== publicKeyEntry))
        expect(said).toEqual({ ...context })
        expect(seen?.keys).toEqual([key])
      },
    ),
    { numRuns: 60 },
  )
})

describe.each([false, true])('a message (signed: %s)', (signed) => {
  const dataKey = randomBytes(32)
  const plan = {
    plaintext: Buffer.from('attack at dawn, by the southern gate'),
    dataKey,
    context: { app: 'x' },
    signed,
  }

  test('with a byte changed anywhere is refused', async () => {
    const message = await make(plan)
    const header = decodeHeader(message)
    const end = header.signedBytes.length + header.tag.length
    for (let at = 0; at < message.length; at++) {
      const altered = Buffer.from(message)
      altered[at] = (altered[at] as number) ^ (1 << (at % 8))
      const answer = await open(altered, knowing(dataKey))
      expect(answer, `byte ${at} of ${message.length}, header of ${end}`).toMatch(/^refused: /)
    }
  })

  test('cut short anywhere, or with more behind it, is refused', async () => {
    const message = await make(plan)
    for (let length = 0; length < message.length; length++)
      expect(await open(message.subarray(0, length), knowing(dataKey))).toBe('refused: truncated')
    expect(await open(Buffer.concat([message, Buffer.of(0)]), knowing(dataKey))).toBe('refused: more follows')
  })

  test('under another data key, or none, is refused', async () => {
    const message = await make(plan)
    expect(await open(message, knowing(randomBytes(32)))).toBe('refused: altered')
    expect(await open(message, knowing(randomBytes(16)))).toBe('refused: no key')
    expect(await open(message, async () => undefined)).toBe('refused: no key')
  })
})

test('frames in another order, left out or of another message are refused', async () => {
  const dataKey = randomBytes(32)
  const plan = { plaintext: Buffer.alloc(48, 7), dataKey, frameLength: 16 }
  const [message, other] = [await make(plan), await make(plan)]
  const { signedBytes, tag } = decodeHeader(message)
  const start = signedBytes.length + tag.length
  const length = 4 + 12 + 16 + 16
  const head = message.subarray(0, start)
  const frames = [0, 1].map((index) => message.subarray(start + index * length, start + (index + 1) * length))
  const last = message.subarray(start + 2 * length)
  const [first, second] = frames as [Buffer, Buffer]
  const assembled = async (...parts: readonly Buffer[]) => open(Buffer.concat([head, ...parts]), knowing(dataKey))
  expect(await assembled(first, second, last)).toBe(plan.plaintext.toString())
  expect(await assembled(second, first, last)).toBe('refused: altered')
  expect(await assembled(first, first, last)).toBe('refused: altered')
  expect(await assembled(first, last)).toBe('refused: altered')
  expect(await assembled(other.subarray(start, start + length), second, last)).toBe('refused: altered')
})

test('a signature of somebody else is refused', async () => {
  const dataKey = randomBytes(32)
  const plan = { plaintext: Buffer.from('x'), dataKey, signed: true }
  const [message, other] = [await make(plan), await make(plan)]
  const body = (of: Buffer) => of.length - 2 - of.readUInt16BE(signatureAt(of))
  expect(
    await open(Buffer.concat([message.subarray(0, body(message)), other.subarray(body(other))]), knowing(dataKey)),
  ).toBe('refused: altered')
})

/** One frame of one byte stands between the header and the signature. */
function signatureAt(message: Buffer): number {
  const { signedBytes, tag } = decodeHeader(message)
  return signedBytes.length + tag.length + 4 + 4 + 12 + 4 + 1 + 16
}

test('what is not for us is told apart', async () => {
  const dataKey = randomBytes(32)
  const message = await make({ plaintext: Buffer.from('x'), dataKey })
  const altered = (at: number, bytes: readonly number[]) => {
    const copy = Buffer.from(message)
    copy.set(bytes, at)
    return open(copy, knowing(dataKey))
  }
  expect(await altered(0, [1])).toBe('refused: other format')
  expect(await altered(0, [3])).toBe('refused: not a message')
  expect(await altered(1, [0x03, 0x78])).toBe('refused: other algorithm')
  const frameLengthAt = decodeHeader(message).signedBytes.length - 32 - 4
  expect(await altered(frameLengthAt, [0xff, 0xff, 0xff, 0xff])).toBe('refused: too large')
  expect(await altered(frameLengthAt - 1, [1])).toBe('refused: other format')
  expect(await open(Buffer.from('hello'), knowing(dataKey))).toBe('refused: not a message')
  expect(await open(Buffer.alloc(0), knowing(dataKey))).toBe('refused: truncated')
})

test('a header that never ends is not read for ever', async () => {
  const start = Buffer.from('020478', 'hex')
  const keys = Buffer.concat([Buffer.of(0, 64), ...Array.from({ length: 64 }, () => longKey())])
  const endless = Buffer.concat([start, randomBytes(32), Buffer.of(0, 0), keys])
  expect(await open(endless, knowing(randomBytes(32)))).toBe('refused: too large')
})

function longKey(): Buffer {
  const field = Buffer.concat([Buffer.of(0xff, 0xff), Buffer.alloc(0xffff, 97)])
  return Buffer.concat([field, field, field])
}

test('random headers are refused, never a failure of another kind', () => {
  const start = fc.constantFrom(Buffer.of(), Buffer.from('020478', 'hex'), Buffer.from('020578', 'hex'))
  const numbers = fc.uint8Array({ maxLength: 120 }).map((bytes) => bytes.map((byte) => (byte < 200 ? byte % 5 : byte)))
  fc.assert(
    fc.property(start, numbers, (prefix, bytes) => {
      const source = Buffer.concat([prefix, prefix.length > 0 ? Buffer.alloc(32) : Buffer.of(), bytes])
      try {
        const { frameLength, keys } = decodeHeader(source)
        expect(frameLength).toBeGreaterThan(0)
        expect(keys.length).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(MessageRefused)
      }
    }),
    { numRuns: 3000 },
  )
})

test('holds a frame at a time, however long the message is', async () => {
  const dataKey = randomBytes(32)
  let given = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1000
      yield new Uint8Array(1000)
    }
  }
  const made = encryptMessage(endless(), { dataKey, keys: [key], context: new Map(), frameLength: 4096 })
  for (let index = 0; index < 10; index++) await made.next()
  expect(given).toBeLessThan(10 * 4096 + 2000)
  await made.return()
})
