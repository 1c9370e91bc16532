import type { Caller } from '../src/aws/call.ts'
import { AwsError } from '../src/aws/errors.ts'
import { kms } from '../src/aws/kms/index.ts'
import { secretsmanager } from '../src/aws/secretsmanager/index.ts'
import { registerSecretsManagerWorkers } from '../src/aws/secretsmanager/workers.ts'
import { uuid } from '../src/base/ids.ts'
import { Secret } from '../src/base/secret.ts'
import { advanceThrough } from '../src/schedule/advance.ts'
import { type Harness, type HarnessOptions, openHarness } from './harness.ts'

/** What an answer looks like to a test: members by name, secrets revealed, absent members left out. */
export interface Answer {
  readonly ARN: string
  readonly VersionId: string
  readonly NextToken?: string
  readonly [member: string]: unknown
}

/** Calls Secrets Manager; values are given as they are, and a ClientRequestToken comes by itself, as SDKs do both. */
export type Asking = (operation: string, input: object) => Promise<Answer>

export interface SecretsManager {
  readonly harness: Harness
  /** The root user of the default account in us-east-1. */
  readonly sm: Asking
  readonly as: (caller: Caller, region?: string) => Asking
  readonly kms: (operation: string, input: object, region?: string) => Promise<Answer>
  /** Moves the clock, doing what falls due on the way. */
  readonly advance: (milliseconds: number) => Promise<void>
}

export async function openSecretsManager(options: HarnessOptions = {}): Promise<SecretsManager> {
  const harness = await openHarness([kms, secretsmanager], options)
  registerSecretsManagerWorkers(harness.scheduler, harness.gateway)
  const as = (caller: Caller, region = 'us-east-1'): Asking => {
    return async (operation, input) =>
      revealed(await harness.call(caller, 'secretsmanager', operation, decoded(operation, input), { region })) as Answer
  }
  const root = harness.root()
  return {
    harness,
    sm: as(root),
    as,
    kms: async (operation, input, region = 'us-east-1') =>
      (await harness.call(root, 'kms', operation, input, { region })) as unknown as Answer,
    async advance(milliseconds) {
      await advanceThrough(harness.clock, harness.scheduler, harness.clock.now() + milliseconds)
    },
  }
}

/** The code and text that a call was refused with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.text}`
    throw error
  }
  return 'not refused'
}

const tokenless = new Set(['GetSecretValue', 'DescribeSecret', 'ListSecrets'])

function decoded(operation: string, input: object): object {
  const { SecretString: text, SecretBinary: binary, ...rest } = input as Record<string, unknown>
  return {
    ...(tokenless.has(operation) ? {} : { ClientRequestToken: uuid() }),
    ...rest,
    ...(text !== undefined && { SecretString: new Secret(text) }),
    ...(binary !== undefined && { SecretBinary: new Secret(binary) }),
  }
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return revealed(value.reveal())
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(revealed)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, revealed(member)]))
}
