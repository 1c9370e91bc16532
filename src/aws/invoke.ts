import type { AuditLog } from '../audit/log.ts'
import type { Outbox } from '../audit/outbox.ts'
import type { AuditRecord } from '../audit/record.ts'
import { uuid } from '../base/ids.ts'
import { Attempt, isReading, type Pending } from './attempt.ts'
import { emitCalls } from './call-events.ts'
import type { Call } from './call.ts'
import { AwsError } from './errors.ts'
import { auditRecord } from './event.ts'
import type { Operation, Outcome, Outer } from './operation.ts'
import type { Platform } from './platform.ts'
import type { Service } from './service.ts'

/** What runs operations: the services, what they may use, and where their records go. */
export interface Gateway {
  readonly platform: Platform
  readonly services: ReadonlyMap<string, Service>
  readonly log: AuditLog
  readonly outbox: Outbox
}

/**
 * Runs one operation for a caller: finds the resource, authorises, handles and audits in one transaction with one commit.
 * Resolves when the record is written and, where anything changed, the change is durable with it; where the operation has an
 * effect outside, when that has come to its end.
 */
export async function invoke(
  gateway: Gateway,
  call: Call,
  operation: Operation,
  input: unknown,
): Promise<Outcome<unknown>> {
  const { platform, outbox, log } = gateway
  let records: AuditRecord[] = []
  let committed = false
  const { outcome, pending } = await platform.store.transaction(
    async (tx) => {
      records = []
      const attempt = new Attempt(gateway, tx, records)
      const result = { outcome: await attempt.run(operation, input, call), pending: attempt.pending }
      committed = tx.writes || result.pending !== undefined
      if (committed) {
        if (platform.events) emitCalls(platform.events, tx, records)
        outbox.stage(tx, records)
      }
      return result
    },
    { from: call.moment },
  )
  if (pending) return performOutside(gateway, records, pending)
  if (committed) void outbox.move(records)
  else await log.append(records)
  return outcome
}

/** The record of the call itself is the last one: its inner calls ended before it. */
async function performOutside(
  gateway: Gateway,
  records: readonly AuditRecord[],
  { perform, record }: Pending,
): Promise<Outcome<unknown>> {
  const { outbox } = gateway
  let outcome: Outcome<unknown>
  try {
    outcome = { output: await perform(outerOf(gateway)) }
  } catch (error) {
    if (!(error instanceof AwsError)) {
      await outbox.move(records)
      throw error
    }
    outcome = { refused: error }
  }
  await outbox.move([...records.slice(0, -1), record(outcome.output, outcome.refused)])
  return outcome
}

/** Calls that belong to no transaction, such as those of workers and of effects outside. */
export function outerOf(gateway: Gateway): Outer {
  return { invoke: (call, operation, input) => invoke(gateway, call, operation as Operation, input) as never }
}

/** Records a call that was refused before an operation could run: its signature, its form. */
export function recordRefusal(
  gateway: Gateway,
  call: Call,
  service: Service,
  name: string,
  refused: AwsError,
): Promise<void> {
  const { source, model } = service
  const description = { source, name, operation: model.operation(name), readOnly: isReading(service, name) }
  return gateway.log.append([auditRecord({ id: uuid(), call, description, input: undefined, refused })])
}
