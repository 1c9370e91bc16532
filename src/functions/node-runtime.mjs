// Runs a handler for Node through the Lambda Runtime API: finds it by the handler string, then takes one event after the other.
import { existsSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createRequire, registerHooks } from 'node:module'
import { delimiter, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

const { env } = process
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(':')
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let requestId = ''

function call(method, path, body) {
  return new Promise((done, fail) => {
    const headers =
      body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const outgoing = request(
      { host, port, method, path: `/2018-06-01/runtime/${path}`, headers, agent },
      (incoming) => {
        const chunks = []
        incoming.on('data', (chunk) => chunks.push(chunk))
        incoming.on('end', () => done({ headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') }))
        incoming.on('error', fail)
      },
    )
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

class RuntimeFault extends Error {
  constructor(type, message) {
    super(message)
    this.name = type
  }
}

function describe(error) {
  if (
    error instanceof Error ||
    (typeof error === 'object' && error !== null && 'message' in error && 'stack' in error)
  ) {
    return {
      errorType: error.name || 'Error',
      errorMessage: String(error.message),
      trace: String(error.stack).split('\n'),
    }
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] }
}

function patchConsole() {
  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE' }
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...parts) => {
      const text = format(...parts).replaceAll('\n', '\r')
      process.stdout.write(`${new Date().toISOString()}\t${requestId || 'undefined'}\t${level}\t${text}\n`)
    }
  }
}

/** Modules beside the function's own, as Lambda has its SDK: `require` looks there by itself, `import` does not. */
function findSharedModules() {
  const folders = (env.NODE_PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  if (folders.length === 0) return
  const finders = folders.map((folder) => createRequire(pathToFileURL(join(folder, '..', 'shared.js'))))
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        if (error.code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^[a-z]+:/.test(specifier)) throw error
        for (const finder of finders) {
          try {
            return next(pathToFileURL(finder.resolve(specifier)).href, context)
          } catch {}
        }
        throw error
      }
    },
  })
}

async function load() {
  const handler = env._HANDLER ?? ''
  const slash = handler.lastIndexOf('/') + 1
  const [, module, member] = /^([^.]+)\.(.+)$/.exec(handler.slice(slash)) ?? []
  if (module === undefined || handler.includes('..'))
    throw new RuntimeFault('Runtime.MalformedHandlerName', 'Bad handler')
  const path = resolve(env.LAMBDA_TASK_ROOT, handler.slice(0, slash) + module)
  const file = ['', '.js', '.mjs', '.cjs'].map((ending) => path + ending).find((name) => isFile(name))
  if (file === undefined) {
    const name = handler.slice(0, slash) + module
    throw new RuntimeFault('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`)
  }
  const found = await importFile(file)
  for (const root of [found, found.default]) {
    const value = member.split('.').reduce((object, name) => object?.[name], root)
    if (typeof value === 'function') return value
    if (value !== undefined) throw new RuntimeFault('Runtime.HandlerNotFound', `${handler} is not a function`)
  }
  throw new RuntimeFault('Runtime.HandlerNotFound', `${handler} is undefined or not exported`)
}

function isFile(path) {
  try {
    readFileSync(path)
    return existsSync(path)
  } catch {
    return false
  }
}

async function importFile(file) {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const type = { ERR_MODULE_NOT_FOUND: 1, MODULE_NOT_FOUND: 1 }[error?.code]
      ? 'Runtime.ImportModuleError'
      : error instanceof SyntaxError
        ? 'Runtime.UserCodeSyntaxError'
        : undefined
    if (type === undefined) throw error
    const fault = new RuntimeFault(type, String(error))
    fault.stack = error.stack
    throw fault
  }
}

function contextOf(headers, settle) {
  const deadline = Number(headers['lambda-runtime-deadline-ms'])
  const client = headers['lambda-runtime-client-context']
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: requestId,
    ...(client !== undefined && { clientContext: JSON.parse(client) }),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    succeed: (value) => settle(undefined, value),
    fail: (error) => settle(error ?? new Error('undefined')),
    done: (error, value) => settle(error ?? undefined, value),
  }
}

/** Resolves with what the handler answers: through its promise, its callback, or by leaving nothing more to be done. */
function run(handler, event, headers) {
  return new Promise((done, fail) => {
    const settle = (error, value) => (error === undefined || error === null ? done(value) : fail(error))
    // With nothing left to wait for there will be no answer: it is null then.
    process.once('beforeExit', () => done(null))
    const answer = handler(event, contextOf(headers, settle), settle)
    if (typeof answer?.then === 'function') answer.then(done, fail)
    else if (handler.length < 3 && answer !== undefined) done(answer)
  })
}

function write(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null'
  } catch {
    throw new RuntimeFault('Runtime.MarshalError', 'Unable to stringify response body')
  }
}

async function fail(error) {
  const body = JSON.stringify(describe(error))
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error \t${body}\n`)
  await call('POST', `invocation/${requestId}/error`, body)
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await call('GET', 'invocation/next')
    requestId = headers['lambda-runtime-aws-request-id']
    try {
      const text = write(await run(handler, JSON.parse(body), headers))
      await call('POST', `invocation/${requestId}/response`, text)
    } catch (error) {
      await fail(error)
    }
    process.removeAllListeners('beforeExit')
  }
}

async function leave(error, type) {
  try {
    const told = describe(error)
    await fail(
      type === undefined ? error : Object.assign(new RuntimeFault(type, `${told.errorType}: ${told.errorMessage}`)),
    )
  } finally {
    process.exit(129)
  }
}

patchConsole()
findSharedModules()
let handler
try {
  handler = await load()
} catch (error) {
  const body = JSON.stringify(describe(error))
  process.stdout.write(`${new Date().toISOString()}\tundefined\tERROR\tUncaught Exception \t${body}\n`)
  await call('POST', 'init/error', body)
  process.exit(1)
}
process.on('uncaughtException', (error) => void leave(error))
process.on('unhandledRejection', (error) => void leave(error, 'Runtime.UnhandledPromiseRejection'))
// Nobody asks any more when the server is gone.
serve(handler).catch(() => process.exit(1))
