import { Secret } from '../../base/secret.ts'
import { type Harness, openHarness } from '../../../test/harness.ts'
import type { Caller } from '../call.ts'
import { kms } from './index.ts'
import { registerKmsWorkers } from './workers.ts'
import type { KmsOperations } from '../models/kms.ts'

type Output<N extends keyof KmsOperations> = KmsOperations[N]['output']

/** KMS over a store in memory, with a short way to call it. */
export interface Kms extends Harness {
  readonly admin: Caller
  /** Calls as the root user of the account, or as somebody else, in a region. */
  do<N extends keyof KmsOperations>(
    operation: N,
    input: KmsOperations[N]['input'],
    options?: { as?: Caller; region?: string },
  ): Promise<Output<N>>
  /** A new key: its id. */
  key(input?: KmsOperations['CreateKey']['input']): Promise<string>
}

export async function openKms(): Promise<Kms> {
  const harness = await openHarness([kms])
  registerKmsWorkers(harness.scheduler, harness.gateway)
  const admin = harness.root()
  const call: Kms['do'] = (operation, input, { as = admin, region = 'us-east-1' } = {}) =>
    harness.call(as, 'kms', operation, input, { region }) as never
  return {
    ...harness,
    admin,
    do: call,
    key: async (input = {}) => (await call('CreateKey', input)).KeyMetadata?.KeyId as string,
  }
}

export function secretOf(text: string): Secret<Uint8Array> {
  return new Secret(Buffer.from(text))
}

export function textOf(secret: Secret<Uint8Array> | undefined): string {
  return Buffer.from(secret?.reveal() ?? []).toString()
}
