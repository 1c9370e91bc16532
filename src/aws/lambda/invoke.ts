import { randomInt } from 'node:crypto'
import { Secret } from '../../base/secret.ts'
import { fromBase64, fromUtf8 } from '../../base/bytes.ts'
import { plan } from '../../schedule/due.ts'
import type { InvocationRequest, InvocationResponse } from '../models/lambda.ts'
import { type Context, Outside } from '../operation.ts'
import { type FoundFunction, findVersion, qualifiedFunction } from './find-function.ts'
import { longestPayload } from './longest-body.ts'
import { badClientContext, badPayload, functionNotFound, notOffered, notRunning, payloadTooLarge } from './messages.ts'
import { operation } from './operation.ts'
import { invocationJob } from './invocation-queue.ts'
import { type AliasRecord, queuedInvocations } from './records.ts'
import { functionArn } from './reference.ts'
import { runFunction } from './run-function.ts'

/** Lambda developer guide, «quotas». */
const longestEventPayload = 1024 * 1024
const longestClientContext = 3583

/** Runs a function, or queues the run, or only says whether the caller may. */
export const invoke = invocation()

/** The same for a service that knows values which must not show in the function's log. */
export function invocation(redact: readonly Secret<string>[] = []) {
  return operation('Invoke', {
    on: qualifiedFunction,
    action: 'InvokeFunction',
    readOnly: false,
    dataEvent: true,
    handle: (input, found, context) => handle(input, found, context, redact),
  })
}

async function handle(
  input: InvocationRequest,
  found: FoundFunction,
  context: Context,
  redact: readonly Secret<string>[],
): Promise<InvocationResponse | Outside<InvocationResponse>> {
  if (input.TenantId !== undefined) throw notOffered('Tenant isolation')
  if (input.DurableExecutionName !== undefined) throw notOffered('Durable execution')
  const kind = input.InvocationType ?? 'RequestResponse'
  const version = await findVersion(found, context, chooseVersion)
  if (!version) throw functionNotFound(functionArn(found.fn, found.qualifier))
  if (kind === 'DryRun') return { StatusCode: 204 }
  const payload = readPayload(input, kind)
  const clientContext = readClientContext(input.ClientContext)
  if (!context.platform.functions) throw notRunning()
  if (kind === 'Event') return queueInvocation(found, payload, clientContext, context)
  const { call, platform } = context
  return new Outside<InvocationResponse>(async (outer) => {
    const { fn, qualifier } = found
    const calledArn = functionArn(fn, qualifier)
    const run = { fn, version, calledArn, requestId: call.requestId, payload, clientContext, redact }
    const result = await runFunction(run, platform, outer)
    return {
      StatusCode: 200,
      ExecutedVersion: version.version,
      FunctionError: result.functionError ? 'Unhandled' : undefined,
      LogResult: input.LogType === 'Tail' ? result.logTail.toString('base64') : undefined,
      Payload: new Secret(result.payload),
    }
  })
}

/** The version that an alias sends this invocation to, by its weights. */
function chooseVersion({ version, weights }: Pick<AliasRecord, 'version' | 'weights'>): string {
  let drawn = randomInt(1_000_000) / 1_000_000
  for (const [other, weight] of weights) {
    if (drawn < weight) return other
    drawn -= weight
  }
  return version
}

function readPayload({ Payload }: InvocationRequest, kind: 'Event' | 'RequestResponse'): Uint8Array {
  const bytes = Payload?.reveal()
  if (!bytes || bytes.length === 0) return Buffer.from('{}')
  const most = kind === 'Event' ? longestEventPayload : longestPayload
  if (bytes.length > most) throw payloadTooLarge(bytes.length, kind, most)
  if (readJson(bytes) === undefined) throw badPayload()
  return bytes
}

/** JSON text in ASCII, so that it can be a header. */
function readClientContext(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const bytes = text.length > longestClientContext ? undefined : fromBase64(text)
  const value = bytes && readJson(bytes)?.value
  if (typeof value !== 'object' || value === null) throw badClientContext()
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function readJson(bytes: Uint8Array): { readonly value: unknown } | undefined {
  const text = fromUtf8(bytes)
  if (text === undefined) return undefined
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** Commits the run as work to be done soon. */
function queueInvocation(
  { fn, qualifier }: FoundFunction,
  payload: Uint8Array,
  clientContext: string | undefined,
  { tx, call, platform }: Context,
): InvocationResponse {
  const { account, region, name } = fn
  const queued = {
    account,
    region,
    name,
    ...(qualifier !== undefined && { qualifier }),
    requestId: call.requestId,
    payload: Buffer.from(payload).toString('base64'),
    ...(clientContext !== undefined && { clientContext }),
    attempts: 0,
    dueAt: call.now,
    since: call.now,
  }
  queuedInvocations.put(tx, queued, call.requestId)
  plan(tx, { at: call.now, kind: invocationJob, id: call.requestId })
  tx.afterCommit(() => platform.wakeScheduler())
  return { StatusCode: 202 }
}
