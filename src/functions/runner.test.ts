import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AdvancingClock, systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { testCredentials, testRunner, versionOf } from './functions.test-support.ts'
import { findProgram } from './isolation.ts'
import { handlerModules } from '../../test/handler-modules.ts'

const logs = mkdtempSync(join(tmpdir(), 'keyturn-logs-'))
const { runner, run, invoke } = testRunner({ logFolder: logs, initMilliseconds: 20_000 })
afterAll(async () => {
  await runner.stop()
  rmSync(logs, { recursive: true, force: true })
})

const node = (body: string, more = {}) => versionOf({ 'index.mjs': body }, more)
const python = (body: string, more = {}) => versionOf({ 'index.py': body }, { runtime: 'python3.12', ...more })

/** Processes whose command line has a text in it. */
function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(text)
      } catch {
        return false
      }
    })
    .map(Number)
}

describe('handlers of Node', () => {
  test.each([
    [
      'async, ES module',
      { 'index.mjs': 'export const handler = async (event) => ({ got: event.x })' },
      'index.handler',
    ],
    ['async, CommonJS', { 'index.js': 'exports.handler = async (event) => ({ got: event.x })' }, 'index.handler'],
    [
      'module.exports replaced',
      { 'index.cjs': 'module.exports = { handler: async (e) => ({ got: e.x }) }' },
      'index.handler',
    ],
    [
      'callback',
      { 'index.js': 'exports.handler = (e, c, done) => { setTimeout(() => done(null, { got: e.x }), 1) }' },
      'index.handler',
    ],
    ['context.succeed', { 'index.js': 'exports.handler = (e, c) => { c.succeed({ got: e.x }) }' }, 'index.handler'],
    ['in a folder', { 'src/app.js': 'exports.handler = async (e) => ({ got: e.x })' }, 'src/app.handler'],
    ['a nested member', { 'index.js': 'exports.a = { b: async (e) => ({ got: e.x }) }' }, 'index.a.b'],
    [
      'with modules of its own',
      {
        'index.mjs': "import { get } from 'own'; export const handler = async (e) => get(e)",
        'node_modules/own/package.json': '{"name":"own","type":"module","main":"m.js"}',
        'node_modules/own/m.js': 'export const get = (e) => ({ got: e.x })',
      },
      'index.handler',
    ],
    [
      'type: module',
      { 'package.json': '{"type":"module"}', 'index.js': 'export const handler = async (e) => ({ got: e.x })' },
      'index.handler',
    ],
  ])('%s', async (_what, files, handler) => {
    const { value, failed } = await run(versionOf(files as Record<string, string>, { handler }), { x: 'ö' })
    expect({ value, failed }).toEqual({ value: { got: 'ö' }, failed: false })
  })

  test('without an answer the answer is null', async () => {
    expect((await run(node('export const handler = async () => {}'))).value).toBeNull()
    expect((await run(node('export const handler = (e, c, done) => {}'))).value).toBeNull()
  })

  test('errors come with type, message and trace', async () => {
    const thrown = await run(
      node('export const handler = async () => { class Odd extends Error { name = "Odd" }; throw new Odd("no") }'),
    )
    expect(thrown).toMatchObject({ failed: true, value: { errorType: 'Odd', errorMessage: 'no' } })
    expect((thrown.value as { trace: string[] }).trace[0]).toBe('Odd: no')
    const text = await run(node('export const handler = (e, c, done) => done("plain")'))
    expect(text).toMatchObject({ failed: true, value: { errorType: 'string', errorMessage: 'plain', trace: [] } })
    const sync = await run(node('export const handler = () => { null.x }'))
    expect(sync).toMatchObject({ failed: true, value: { errorType: 'TypeError' } })
    const cyclic = await run(node('export const handler = async () => { const a = {}; a.a = a; return a }'))
    expect(cyclic).toMatchObject({ failed: true, value: { errorType: 'Runtime.MarshalError' } })
  })

  test('an error beside the handler ends the process, and the next event has a new one', async () => {
    const version = node(
      'export const handler = async (e) => { if (!e.bad) return process.pid; Promise.reject(new Error("later")); await new Promise(() => setTimeout(() => {}, 60_000)) }',
    )
    const bad = await run(version, { bad: true })
    expect(bad).toMatchObject({
      failed: true,
      value: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: later' },
    })
    expect(await run(version)).toMatchObject({ failed: false })
  })

  test.each([
    ['index.nothing', 'Runtime.HandlerNotFound', 'index.nothing is undefined or not exported'],
    ['none.handler', 'Runtime.ImportModuleError', "Error: Cannot find module 'none'"],
    ['index', 'Runtime.MalformedHandlerName', 'Bad handler'],
    ['../index.handler', 'Runtime.MalformedHandlerName', 'Bad handler'],
    ['wrong.handler', 'Runtime.UserCodeSyntaxError', expect.stringContaining('SyntaxError')],
    ['lost.handler', 'Runtime.ImportModuleError', expect.stringContaining('nowhere')],
    ['throws.handler', 'RangeError', 'at the start'],
  ])('handler %s: %s', async (handler, errorType, errorMessage) => {
    const files = {
      'index.mjs': 'export const handler = async () => 1',
      'wrong.mjs': 'export const = 1',
      'lost.mjs': 'import "nowhere"',
      'throws.mjs': 'throw new RangeError("at the start")',
    }
    expect(await run(versionOf(files, { handler }))).toMatchObject({ failed: true, value: { errorType, errorMessage } })
  })

  test('the context says what Lambda’s says', async () => {
    const body = `export const handler = async (e, c) => ({ ...c, left: c.getRemainingTimeInMillis() })`
    const { value } = await run(
      node(body, { timeoutSeconds: 7 }),
      {},
      {
        requestId: 'c0ffee00-0000-4000-8000-000000000000',
        clientContext: '{"custom":{"a":1}}',
        calledArn: 'arn:aws:lambda:us-east-1:111111111111:function:test:live',
      },
    )
    expect(value).toMatchObject({
      awsRequestId: 'c0ffee00-0000-4000-8000-000000000000',
      functionName: 'test',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:test:live',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/test',
      clientContext: { custom: { a: 1 } },
    })
    expect((value as { left: number }).left).toBeGreaterThan(0)
    expect((value as { left: number }).left).toBeLessThanOrEqual(7_000)
  })

  test('modules that are shared with all functions are found by require and import', async () => {
    const shared = testRunner({ nodePath: handlerModules() })
    const files = {
      'index.mjs':
        "import * as all from '@aws-sdk/client-secrets-manager'; export const handler = async () => typeof all.SecretsManagerClient",
      'old.js': "exports.handler = async () => typeof require('@aws-sdk/client-secrets-manager').SecretsManagerClient",
    }
    expect((await shared.run(versionOf(files))).value).toBe('function')
    expect((await shared.run(versionOf(files, { handler: 'old.handler' }))).value).toBe('function')
    await shared.runner.stop()
  })
})

describe('handlers of Python', () => {
  test.each([
    ['index.handler', { 'index.py': 'def handler(event, context): return {"got": event["x"]}' }],
    ['src/app.handler', { 'src/app.py': 'def handler(event, context): return {"got": event["x"]}' }],
    [
      'pack.app.handler',
      { 'pack/__init__.py': '', 'pack/app.py': 'def handler(event, context): return {"got": event["x"]}' },
    ],
  ])('%s', async (handler, files) => {
    const { value, failed } = await run(versionOf(files, { handler, runtime: 'python3.12' }), { x: 'ö' })
    expect({ value, failed }).toEqual({ value: { got: 'ö' }, failed: false })
  })

  test('errors come with type, message, request and stack', async () => {
    const requestId = 'c0ffee00-0000-4000-8000-000000000001'
    const { value, failed, log } = await run(python('def handler(e, c):\n  raise ValueError("no")'), {}, { requestId })
    expect({ value, failed }).toEqual({
      failed: true,
      value: {
        errorMessage: 'no',
        errorType: 'ValueError',
        requestId,
        stackTrace: [expect.stringMatching(/index\.py", line 2, in handler\n {4}raise ValueError/)],
      },
    })
    expect(log).toContain('[ERROR] ValueError: no')
  })

  test.each([
    ['index.nothing', 'Runtime.HandlerNotFound', "Handler 'nothing' missing on module 'index'"],
    ['none.handler', 'Runtime.ImportModuleError', "Unable to import module 'none': No module named 'none'"],
    ['index', 'Runtime.MalformedHandlerName', "Bad handler 'index': not enough values to unpack (expected 2, got 1)"],
    ['wrong.handler', 'Runtime.UserCodeSyntaxError', expect.stringContaining("Syntax error in module 'wrong'")],
    ['index.odd', 'Runtime.MarshalError', expect.stringContaining('not JSON serializable')],
  ])('handler %s: %s', async (handler, errorType, errorMessage) => {
    const files = { 'index.py': 'def handler(e, c): pass\ndef odd(e, c): return object()', 'wrong.py': 'def' }
    const version = versionOf(files, { handler, runtime: 'python3.13' })
    expect(await run(version)).toMatchObject({ failed: true, value: { errorType, errorMessage } })
  })

  test('the log has the request in it', async () => {
    const body =
      'import logging\nlogging.getLogger().setLevel(20)\ndef handler(e, c):\n  logging.info("from %s", c.function_name)'
    const { log } = await run(python(body), {}, { requestId: 'c0ffee00-0000-4000-8000-000000000002' })
    expect(log).toMatch(/\[INFO\]\t[\d-]+T[\d:.]+Z\tc0ffee00-0000-4000-8000-000000000002\tfrom test/)
  })
})

describe('a program of its own', () => {
  const provided = { runtime: 'provided.al2023', handler: 'anything' } as const

  test('speaks the Runtime API', async () => {
    const bootstrap = `#!/usr/bin/env python3
import http.client, os, json
while True:
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event = json.loads(answer.read())
    api.request("POST", "/2018-06-01/runtime/invocation/%s/response" % answer.headers["Lambda-Runtime-Aws-Request-Id"], json.dumps({"got": event, "handler": os.environ["_HANDLER"]}))
    api.getresponse().read()
`
    const version = versionOf({ bootstrap }, provided)
    for (const x of [1, 2]) expect((await run(version, { x })).value).toEqual({ got: { x }, handler: 'anything' })
  })

  test('that is missing, or is no program', async () => {
    const missing = await run(versionOf({ other: 'x' }, provided))
    expect(missing).toMatchObject({ failed: true, value: { errorType: 'Runtime.InvalidEntrypoint' } })
    expect((missing.value as { errorMessage: string }).errorMessage).toContain("Couldn't find valid bootstrap(s)")
  })

  test('that answers nonsense to the API is not believed', async () => {
    const bootstrap = `#!/bin/sh
exec python3 - <<'END'
import http.client, os
def call(method, path, body=None):
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request(method, path, body)
    answer = api.getresponse()
    return answer.status, answer.headers.get("Lambda-Runtime-Aws-Request-Id"), answer.read()
status, request, body = call("GET", "/2018-06-01/runtime/invocation/next")
seen = [call("POST", "/2018-06-01/runtime/invocation/another/response", "1")[0], call("POST", "/nowhere", "1")[0], call("PUT", "/2018-06-01/runtime/invocation/next")[0]]
call("POST", "/2018-06-01/runtime/invocation/%s/response" % request, str(seen))
call("POST", "/2018-06-01/runtime/invocation/%s/response" % request, "again")
END
`
    expect((await run(versionOf({ bootstrap }, provided))).value).toEqual([400, 404, 404])
  })
})

describe('what a function gets', () => {
  test('an environment as Lambda’s, and nothing of this process', async () => {
    process.env['KEYTURN_TEST_CANARY'] = 'canary'
    const body = 'export const handler = async () => ({ env: process.env, cwd: process.cwd(), argv: process.execArgv })'
    const environment = { OWN: 'value', SECRETS_MANAGER_ENDPOINT: 'https://own.example' }
    const { value } = await run(node(body, { environment }))
    const { env, cwd } = value as { env: Record<string, string>; cwd: string }
    expect(env).toMatchObject({
      OWN: 'value',
      SECRETS_MANAGER_ENDPOINT: 'https://own.example',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_LAMBDA_FUNCTION_NAME: 'test',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: 'a-secret-access-key',
      AWS_SESSION_TOKEN: 'a-session-token',
      LAMBDA_TASK_ROOT: cwd,
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      _HANDLER: 'index.handler',
    })
    expect(JSON.stringify(env)).not.toContain('canary')
  })

  test('no files of this process', async () => {
    const body = `import os
def handler(e, c):
  found = []
  for name in os.listdir("/proc/self/fd"):
    try: found.append(os.readlink("/proc/self/fd/" + name))
    except OSError: pass
  return found`
    const { value } = await run(python(body))
    const targets = (value as string[]).filter((target) => !target.startsWith('/proc/'))
    expect(targets.filter((target) => !/^(?:\/dev\/null|pipe:|socket:)/.test(target))).toEqual([])
    // Its output, its errors, and its connection to the Runtime API.
    expect(targets.filter((target) => /^(?:pipe|socket):/.test(target)).length).toBeLessThanOrEqual(3)
  })

  test.runIf(process.getuid?.() === 0)('a user of its own, who may not change the code nor look around', async () => {
    const body = `import os
def attempt(work):
  try: return work()
  except OSError as error: return error.__class__.__name__
def handler(e, c):
  root = os.environ["LAMBDA_TASK_ROOT"]
  return [os.getuid(), attempt(lambda: open(root + "/new", "w")), attempt(lambda: open(root + "/index.py", "a")),
    attempt(lambda: os.listdir(root + "/../..")), attempt(lambda: os.listdir("/root")), attempt(lambda: open(os.environ["TMPDIR"] + "/x", "w").write("1"))]`
    const { value } = await run(python(body))
    const [uid, ...attempts] = value as [number, ...unknown[]]
    expect(uid).toBeGreaterThanOrEqual(60_600)
    expect(attempts.slice(0, 2).every((name) => /PermissionError|OSError/.test(String(name)))).toBe(true)
    expect(attempts[4]).toBe(1)
    expect(attempts[3]).toMatch(/PermissionError|FileNotFoundError/)
    // Within bubblewrap the folder is there, but only with what is shown of it.
    const seen = attempts[2] === 'PermissionError' ? [] : (attempts[2] as string[])
    expect(seen.filter((name) => name !== 'clients' && name !== 'code')).toEqual([])
  })

  test.runIf(process.getuid?.() === 0)('events that nobody else on the machine can ask for', async () => {
    const body = `export const handler = async () => process.env.AWS_LAMBDA_RUNTIME_API`
    const version = node(body)
    const { value } = await run(version)
    const port = Number((value as string).split(':')[1])
    const text = await new Promise<string>((resolve) => {
      let got = ''
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n'),
      )
      socket.on('data', (chunk) => (got += chunk.toString()))
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(got))
    })
    expect(text).toBe('')
    expect(await run(version)).toMatchObject({ failed: false })
  })

  test('a log without the values that must not be there', async () => {
    const body = `export const handler = async (e) => { console.log('key', process.env.AWS_SECRET_ACCESS_KEY, e.password); process.stderr.write(JSON.stringify(e) + ' no end') }`
    const password = 'pass"word\nof two lines'
    const { log } = await run(
      node(body, { arn: 'arn:aws:lambda:us-east-1:111111111111:function:logs' }),
      { password },
      {
        redact: [new Secret(password)],
      },
    )
    expect(log).toContain('key [redacted] [redacted]')
    expect(log).not.toMatch(/word|two lines|a-secret/)
    const file = readFileSync(join(logs, 'us-east-1-111111111111-function-logs.log'), 'utf8')
    expect(file).toContain('START RequestId:')
    expect(file).not.toMatch(/pass"word|two lines|a-secret/)
    expect(statSync(join(logs, 'us-east-1-111111111111-function-logs.log')).mode & 0o777).toBe(0o600)
  })
})

describe('warm processes', () => {
  test('serve one event after the other', async () => {
    const version = node('let count = 0; export const handler = async () => [process.pid, ++count]')
    const first = (await run(version)).value as [number, number]
    expect((await run(version)).value).toEqual([first[0], 2])
  })

  test('are replaced when half of their credentials’ time is over', async () => {
    const clock = new AdvancingClock()
    const own = testRunner({ clock })
    const version = node(
      'const me = Math.random(); export const handler = async () => [me, process.env.AWS_ACCESS_KEY_ID]',
    )
    let issued = 0
    const credentials = async () => ({
      ...testCredentials,
      accessKeyId: `ASIA${issued++}`,
      issuedAt: clock.now(),
      expiresAt: clock.now() + 3_600_000,
    })
    const me = ((await own.run(version, {}, { credentials })).value as [number])[0]
    clock.advanceTo(clock.now() + 1_700_000)
    expect((await own.run(version, {}, { credentials })).value).toEqual([me, 'ASIA0'])
    clock.advanceTo(clock.now() + 200_000)
    const { value } = await own.run(version, {}, { credentials })
    expect(value).toEqual([expect.not.toSatisfy((other) => other === me), 'ASIA1'])
    await own.runner.stop()
  })

  test('are as many as events come at once, up to a bound', async () => {
    const own = testRunner({ atOnce: 2 })
    const version = node(
      'export const handler = async (e) => { await new Promise((r) => setTimeout(r, e.wait)); return process.pid }',
    )
    const results = await Promise.all([
      own.invoke(version, { wait: 50 }),
      own.invoke(version, { wait: 50 }),
      own.invoke(version),
    ])
    expect(results.filter((result) => 'refused' in result)).toEqual([{ refused: 'throttled' }])
    expect(await own.invoke({ ...version, concurrency: 0 })).toEqual({ refused: 'throttled' })
    await own.runner.stop()
    expect(await own.invoke(version)).toEqual({ refused: 'stopping' })
  })

  test('give way to other functions', async () => {
    const own = testRunner({ atOnce: 1 })
    const mark = 'keyturn-gives-way'
    const files = (name: string) => ({
      'index.mjs': `process.title = '${mark}-${name}'; export const handler = async () => '${name}'`,
    })
    for (const name of ['a', 'b', 'a']) expect((await own.run(versionOf(files(name)))).value).toBe(name)
    expect(processesWith(mark)).toHaveLength(1)
    await own.runner.stop()
    expect(processesWith(mark)).toEqual([])
  })
})

const modes = [
  ['as this machine permits', {}],
  ['by their marks alone', { uids: 'off', bubblewrap: 'off' }],
  ['by user ids alone', { bubblewrap: 'off' }],
] as const
const bubblewrap = findProgram('bwrap', process.env['PATH'] ?? '') !== undefined

describe.each(modes)('misbehaviour, with processes told apart %s', (_mode, options) => {
  const own = testRunner({ ...options, initMilliseconds: 20_000 })
  afterAll(() => own.runner.stop())
  const mark = `keyturn-misbehaves-${Math.trunc(performance.now() * 1000)}`

  test('bubblewrap is used where it is', () => {
    expect(own.runner.isolation.bubblewrap !== undefined).toBe(bubblewrap && !('bubblewrap' in options))
  })

  test('hanging', async () => {
    const version = node('export const handler = async () => { for (;;); }', { timeoutSeconds: 1 })
    const requestId = 'c0ffee00-0000-4000-8000-000000000003'
    const { value, failed, log } = await own.run(version, {}, { requestId })
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after 1.00 seconds`
    expect({ value, failed }).toEqual({ failed: true, value: { errorType: 'Sandbox.Timedout', errorMessage } })
    expect(log).toContain('Task timed out after 1.00 seconds')
  })

  test.runIf(own.runner.isolation.setpriv ?? own.runner.isolation.bubblewrap)('becoming another user', async () => {
    const body = `def handler(e, c):
  lines = open("/proc/self/status").read().splitlines()
  return [line.split()[1] for line in lines if line.startswith("NoNewPrivs")]`
    expect((await own.run(python(body))).value).toEqual(['1'])
  })

  test.each([
    ['process.exit(3)', 'Runtime exited with error: exit status 3'],
    ['process.exit(0)', 'Runtime exited without providing a reason'],
    [
      'process.kill(process.pid, "SIGKILL")',
      expect.stringMatching(/exited with error: (?:signal: killed|exit status 137)/),
    ],
    ['process.abort()', expect.stringMatching(/exited with error: (?:signal: aborted|exit status 134)/)],
  ])('leaving with %s', async (statement, reason) => {
    const { value, failed } = await own.run(node(`export const handler = async () => { ${statement} }`))
    expect(failed).toBe(true)
    const { errorType, errorMessage } = value as { errorType: string; errorMessage: string }
    expect(errorType).toBe('Runtime.ExitError')
    expect(errorMessage.replace(/^RequestId: [0-9a-f-]{36} Error: /, '')).toEqual(reason)
  })

  test('forking children that outlive it', async () => {
    const body = `import os, sys, time, subprocess
def handler(e, c):
  if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
      os.execv(sys.executable, [sys.executable, "-c", "import time\\ntime.sleep(600) # ${mark}"])
    os._exit(0)
  subprocess.Popen([sys.executable, "-c", "import signal, time\\nsignal.signal(15, signal.SIG_IGN)\\ntime.sleep(600) # ${mark}"], start_new_session=True)
  time.sleep(0.3)
  os._exit(1)`
    const { failed } = await own.run(python(body))
    expect(failed).toBe(true)
    expect(processesWith(mark)).toEqual([])
  })

  test('forking without end', async () => {
    const body = `import os, time
def handler(e, c):
  while True:
    try:
      if os.fork() == 0:
        time.sleep(600) # ${mark}
    except OSError:
      time.sleep(0.05)`
    const runnable = python(body, { timeoutSeconds: 1, memoryMegabytes: 10_240 })
    if (own.runner.isolation.uids === undefined) return
    expect(await own.run(runnable)).toMatchObject({ failed: true, value: { errorType: 'Sandbox.Timedout' } })
    const { first, count } = own.runner.isolation.uids
    const left = readdirSync('/proc').filter((name) => {
      if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}`)) return false
      try {
        const { uid } = statSync(`/proc/${name}`)
        return uid >= first && uid < first + count && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('python')
      } catch {
        return false
      }
    })
    expect(left.filter((name) => processesWith(mark).includes(Number(name)))).toEqual([])
  })

  test('taking more memory than it has', async () => {
    const body = `export const handler = async () => { const all = []; for (;;) { all.push(Buffer.alloc(8 * 1024 * 1024, 1)); await new Promise((r) => setTimeout(r, 5)) } }`
    const { value, failed } = await own.run(node(body, { memoryMegabytes: 128, timeoutSeconds: 20 }))
    expect(failed).toBe(true)
    expect((value as { errorMessage: string }).errorMessage).toContain('Runtime exited with error: signal: killed')
  })

  test('flooding its output', async () => {
    const body = `import os
def handler(e, c):
  line = b"x" * 65535 + b"\\n"
  while True: os.write(1, line)`
    const { value, failed, log } = await own.run(python(body, { timeoutSeconds: 30 }))
    expect(failed).toBe(true)
    expect((value as { errorMessage: string }).errorMessage).toContain('signal: killed')
    expect(log).toContain('is left out')
    expect(log.length).toBeLessThanOrEqual(4096)
  })

  test('answering too much', async () => {
    const version = node('export const handler = async (e) => "x".repeat(e.length)')
    expect((await own.run(version, { length: 6_291_554 })).failed).toBe(false)
    expect(await own.run(version, { length: 6_291_555 })).toMatchObject({
      failed: true,
      value: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    })
  })

  test('never beginning', async () => {
    const slow = testRunner({ ...options, initMilliseconds: 300 })
    const version = node('await new Promise(() => setTimeout(() => {}, 60_000)); export const handler = async () => 1')
    expect(await slow.run(version)).toMatchObject({ failed: true, value: { errorType: 'Sandbox.Timedout' } })
    await slow.runner.stop()
  })
})

test('processes of versions that are no more can be ended', async () => {
  const own = testRunner()
  const version = node('const me = Math.random(); export const handler = async () => me', { id: 'forgotten:1' })
  const first = (await own.run(version)).value
  own.runner.forget('other:')
  expect((await own.run(version)).value).toBe(first)
  own.runner.forget('forgotten:')
  expect((await own.run(version)).value).not.toBe(first)
  await own.runner.stop()
})

test('nothing runs where nothing confines it, unless that is asked for', async () => {
  const own = testRunner({ uids: 'off', bubblewrap: 'off', unconfined: false })
  expect(await own.invoke(node('export const handler = async () => 1'))).toEqual({ refused: 'unconfined' })
  await own.runner.stop()
})

test('the programs behind runtimes are told', () => {
  expect(runner.programOf('nodejs20.x')).toBe(`node-${process.versions.node}`)
  expect(runner.programOf('python3.12')).toMatch(/^python-3\.\d+\.\d+/)
  expect(runner.programOf('provided.al2023')).toBe('provided')
})

test.runIf(runner.isolation.setpriv ?? runner.isolation.bubblewrap)(
  'functions end with the server that runs them',
  async () => {
    const mark = `keyturn-outlives-${Math.trunc(performance.now() * 1000)}`
    const program = `
    import { testRunner, versionOf } from ${JSON.stringify(new URL('./functions.test-support.ts', import.meta.url).href)}
    const { run } = testRunner()
    const files = { 'index.mjs': 'process.title = ' + JSON.stringify('${mark}') + '; export const handler = async () => { console.log("on"); for (;;); }' }
    void run(versionOf(files, { timeoutSeconds: 600 }))
    console.log('started')`
    const server = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    while (processesWith(mark).filter((pid) => pid !== server.pid).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
    while (processesWith(mark).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(processesWith(mark)).toEqual([])
  },
)

test('code that is no archive is refused', async () => {
  const version = versionOf({}, { code: { sha256: 'AAAA', read: () => Promise.resolve(Buffer.from('x')) } })
  expect(await invoke(version)).toEqual({ refused: 'code-unusable' })
})

test('a runtime that this machine does not have is refused', async () => {
  const own = testRunner({ path: '/nowhere' })
  expect(await own.invoke(versionOf({ 'index.py': '' }, { runtime: 'python3.12' }))).toEqual({ refused: 'no-runtime' })
  await own.runner.stop()
})

test('a failure to get credentials is the caller’s to hear, and leaves nothing behind', async () => {
  const version = node('export const handler = async () => 1')
  const failing = invoke(version, {}, { credentials: () => Promise.reject(new Error('no role')) })
  await expect(failing).rejects.toThrow('no role')
  expect(await run(version)).toMatchObject({ value: 1 })
  expect(systemClock.now()).toBeGreaterThan(0)
})
