import { createHash, randomUUID } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'
import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import type { FunctionVersion, InvocationRequest, InvocationResult } from './function-version.ts'
import { FunctionRunner, type RunnerOptions } from './runner.ts'

export interface ZipPart {
  readonly name: string
  readonly content?: string | Uint8Array
  /** As `stat` says it, file type included. */
  readonly mode?: number
  readonly deflate?: boolean
  readonly flags?: number
  readonly method?: number
  /** In place of the true ones. */
  readonly size?: number
  readonly crc?: number
}

/** Writes an archive, right or wrong as asked (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zipOf(parts: readonly ZipPart[], entryCount = parts.length): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const part of parts) {
    const { name, content = '', mode = 0o100644, deflate = false, flags = 0x800 } = part
    const plain = Buffer.from(content as string)
    const data = deflate ? deflateRawSync(plain) : plain
    const path = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(part.method ?? (deflate ? 8 : 0), 4)
    common.writeUInt32LE(part.crc ?? crc32(plain), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(part.size ?? plain.length, 18)
    common.writeUInt16LE(path.length, 22)
    locals.push(Buffer.from('PK\u0003\u0004'), common, path, data)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 3]), common, tail, path)
    offset += 30 + path.length + data.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  end.writeUInt16LE(entryCount, 8)
  end.writeUInt16LE(entryCount, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}

/** A version with these files, by name. */
export function versionOf(
  files: Readonly<Record<string, string>>,
  more: Partial<Omit<FunctionVersion, 'environment'>> & { environment?: Readonly<Record<string, string>> } = {},
): FunctionVersion {
  const zip = zipOf(Object.entries(files).map(([name, content]) => ({ name, content, mode: 0o100755 })))
  const sha256 = createHash('sha256').update(zip).digest('base64')
  const { environment = {}, ...rest } = more
  return {
    id: `${sha256}:${JSON.stringify(more)}`,
    arn: 'arn:aws:lambda:us-east-1:111111111111:function:test',
    name: 'test',
    version: '$LATEST',
    region: 'us-east-1',
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    code: { sha256, read: () => Promise.resolve(zip) },
    timeoutSeconds: 10,
    memoryMegabytes: 256,
    environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, new Secret(value)])),
    ...rest,
  }
}

export const testCredentials = {
  accessKeyId: 'ASIATESTTESTTESTTEST',
  secretAccessKey: new Secret('a-secret-access-key'),
  sessionToken: new Secret('a-session-token'),
}

export interface Answer {
  readonly value: unknown
  readonly failed: boolean
  readonly log: string
}

export interface TestRunner {
  readonly runner: FunctionRunner
  readonly invoke: (
    version: FunctionVersion,
    event?: unknown,
    more?: Partial<InvocationRequest>,
  ) => Promise<InvocationResult>
  /** As `invoke`, for invocations that are carried out. */
  readonly run: (version: FunctionVersion, event?: unknown, more?: Partial<InvocationRequest>) => Promise<Answer>
}

export function testRunner(options: Partial<RunnerOptions> = {}): TestRunner {
  const runner = new FunctionRunner({
    clock: systemClock,
    endpoints: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
    path: process.env['PATH'] ?? '',
    unconfined: true,
    ...options,
  })
  const invoke: TestRunner['invoke'] = (version, event = {}, more = {}) =>
    runner.invoke(version, {
      requestId: randomUUID(),
      payload: Buffer.from(JSON.stringify(event)),
      credentials: async () => ({
        ...testCredentials,
        issuedAt: systemClock.now(),
        expiresAt: systemClock.now() + 3_600_000,
      }),
      ...more,
    })
  return {
    runner,
    invoke,
    async run(version, event, more) {
      const result = await invoke(version, event, more)
      if ('refused' in result) throw new Error(`refused: ${result.refused}`)
      const { payload, functionError, logTail } = result
      return { value: JSON.parse(payload.toString()) as unknown, failed: functionError, log: logTail.toString() }
    },
  }
}
