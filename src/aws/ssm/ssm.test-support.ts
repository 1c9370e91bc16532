import { type Harness, type HarnessOptions, openHarness } from '../../../test/harness.ts'
import { Secret } from '../../base/secret.ts'
import type { ChangeEvent } from '../../events/event.ts'
import type { Caller } from '../call.ts'
import { kms } from '../kms/index.ts'
import type { SsmOperations } from '../models/ssm.ts'
import { secretsmanager } from '../secretsmanager/index.ts'
import { ssm } from './index.ts'
import { registerSsmWorkers } from './workers.ts'

export interface Ssm extends Harness {
  readonly admin: Caller
  /** Change events told so far. */
  readonly told: ChangeEvent[]
  /** Calls as the root user of the account, or as somebody else. */
  do<N extends keyof SsmOperations>(
    operation: N,
    input: SsmOperations[N]['input'],
    as?: Caller,
  ): Promise<SsmOperations[N]['output']>
  /** Makes a String parameter, or what else is said. */
  put(name: string, value: string, more?: Partial<SsmOperations['PutParameter']['input']>): Promise<number>
  /** The value of a parameter, decrypted. */
  value(name: string, as?: Caller): Promise<string | undefined>
}

/** Parameter Store over a store in memory, with KMS and Secrets Manager behind it. */
export async function openSsm(options: HarnessOptions = {}): Promise<Ssm> {
  const told: ChangeEvent[] = []
  const events = { wants: () => true, emit: (_tx: unknown, event: ChangeEvent) => void told.push(event) }
  const harness = await openHarness([ssm, kms, secretsmanager], { events, ...options })
  registerSsmWorkers(harness.scheduler, harness.gateway)
  const admin = harness.root()
  const call: Ssm['do'] = (operation, input, as = admin) => harness.call(as, 'ssm', operation, input) as never
  return {
    ...harness,
    admin,
    told,
    do: call,
    async put(name, value, more = {}) {
      const input = { Name: name, Value: new Secret(value), Type: 'String' as const, ...more }
      return (await call('PutParameter', input)).Version as number
    },
    async value(name, as) {
      const { Parameter } = await call('GetParameter', { Name: name, WithDecryption: true }, as)
      return Parameter?.Value?.reveal()
    },
  }
}

/** A policy of a caller. */
export function allow(
  action: string | readonly string[],
  resource: string | readonly string[] = '*',
  more: object = {},
) {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: action, Resource: resource, ...more } }
}
