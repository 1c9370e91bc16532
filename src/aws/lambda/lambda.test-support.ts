import { Secret } from '../../base/secret.ts'
import { zipOf } from '../../functions/functions.test-support.ts'
import { FunctionRunner, type RunnerOptions } from '../../functions/runner.ts'
import { type Listener, listen } from '../../http/listener.ts'
import { type Harness, openHarness } from '../../../test/harness.ts'
import type { Caller } from '../call.ts'
import { awsEndpoint } from '../endpoint.ts'
import { openIdentities } from '../identities/open-identities.ts'
import { iam } from '../iam/index.ts'
import { kms } from '../kms/index.ts'
import { secretsmanager } from '../secretsmanager/index.ts'
import { sts } from '../sts/index.ts'
import { lambda } from './index.ts'
import { registerLambdaWorkers } from './workers.ts'

export const account = '111111111111'
export const role = `arn:aws:iam::${account}:role/fn`
export const arn = `arn:aws:lambda:us-east-1:${account}:function:f`

export interface LambdaHarness {
  readonly harness: Harness
  readonly root: Caller
  readonly call: <T = Record<string, never>>(operation: string, input: unknown, as?: Caller) => Promise<T>
  readonly iam: (operation: string, input: unknown) => Promise<Record<string, never>>
  /** The answer of a run: its payload read as JSON, and the rest of the output. */
  readonly run: (event?: unknown, input?: object, as?: Caller) => Promise<{ value: unknown; output: InvokeOutput }>
  readonly close: () => Promise<void>
}

export interface InvokeOutput {
  readonly StatusCode: number
  readonly FunctionError?: string
  readonly LogResult?: string
  readonly ExecutedVersion?: string
}

/** Lambda and what it builds on, with real identities, a runner, and a port that functions can call back. */
export async function openLambda(options: Partial<RunnerOptions> = {}): Promise<LambdaHarness> {
  let listener: Listener | undefined
  // The runner asks for the clock and the address when they are there.
  let harness: Harness | undefined
  const runner = new FunctionRunner({
    clock: { now: () => (harness as Harness).clock.now(), real: () => (harness as Harness).clock.real() },
    endpoints: () => ({ AWS_ENDPOINT_URL: `http://127.0.0.1:${listener?.port}` }),
    path: process.env['PATH'] ?? '',
    unconfined: true,
    initMilliseconds: 20_000,
    ...options,
  })
  harness = await openHarness([iam, sts, kms, lambda, secretsmanager], {
    dev: true,
    identities: ({ clock }) => openIdentities({ clock, dev: true, managementAccount: account }),
    functions: runner,
  })
  const opened = harness
  registerLambdaWorkers(opened.scheduler, opened.gateway)
  const aws = awsEndpoint(opened.gateway)
  const limits = { bodyBytes: 1_000_000, headerBytes: 65_536, requestSeconds: 30, idleSeconds: 5 }
  listener = await listen({
    host: '127.0.0.1',
    port: 0,
    limits,
    handle: async (request) => (await aws(request)).answer,
  })
  const root = opened.root(account)
  const call: LambdaHarness['call'] = (operation, input, as = root) =>
    opened.call(as, 'lambda', operation, input) as never
  return {
    harness: opened,
    root,
    call,
    iam: (operation, input) => opened.call(root, 'iam', operation, input),
    async run(event = {}, input = {}, as = root) {
      const Payload = new Secret(Buffer.from(JSON.stringify(event)))
      const output = await call<InvokeOutput & { Payload?: Secret<Uint8Array> }>(
        'Invoke',
        { FunctionName: 'f', Payload, ...input },
        as,
      )
      const text = Buffer.from(output.Payload?.reveal() ?? '').toString()
      return { value: text === '' ? undefined : (JSON.parse(text) as unknown), output }
    },
    async close() {
      await runner.stop()
      await listener.drain(0)
      await opened.close()
    },
  }
}

export const trust = (principal: object = { Service: 'lambda.amazonaws.com' }, more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more }],
  })

export function zipped(files: Readonly<Record<string, string>>): Secret<Uint8Array> {
  return new Secret(zipOf(Object.entries(files).map(([name, content]) => ({ name, content, mode: 0o100755 }))))
}

export const answering = (value: unknown) =>
  zipped({ 'index.js': `exports.handler = async () => (${JSON.stringify(value)})` })

/** The input that makes the function `f`, which Lambda may run. */
export const creation = (more: object = {}) => ({
  FunctionName: 'f',
  Role: role,
  Runtime: 'nodejs22.x',
  Handler: 'index.handler',
  Timeout: 20,
  Code: { ZipFile: answering('hello') },
  ...more,
})
