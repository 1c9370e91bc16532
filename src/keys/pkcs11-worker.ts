import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { PKCS11, Template } from 'pkcs11js'
import { assert } from '../base/assert.ts'
import type { TokenAnswer, TokenTask, TokenWorkerData } from './pkcs11-token.ts'
import type { TokenFailureKind } from './token.ts'

// The thread that speaks with one token through its PKCS#11 module (version 2.40), one request after the other: the calls
// block, and a token in the network takes its time.

assert(parentPort, 'this file runs as a worker')
const port = parentPort
const { module, token } = workerData as TokenWorkerData
const ivLength = 12
const tagLength = 16

type Binding = typeof import('pkcs11js')

interface Connection {
  readonly binding: Binding
  readonly library: PKCS11
  readonly session: Buffer
  /** The password that the token took. */
  password: string | undefined
}

class Refusal extends Error {
  readonly kind: TokenFailureKind

  constructor(kind: TokenFailureKind) {
    super(kind)
    this.kind = kind
  }
}

let loaded: { readonly binding: Binding; readonly library: PKCS11 } | undefined
let connection: Connection | undefined

port.on('message', (task: TokenTask) => port.postMessage(answerOf(task)))

function answerOf(task: TokenTask): TokenAnswer {
  try {
    return { id: task.id, result: perform(task, connected(task.password)) }
  } catch (error) {
    return failureOf(task.id, error)
  }
}

/** An error of the module ends the session: the next request begins another. */
function failureOf(id: number, error: unknown): TokenAnswer {
  if (error instanceof Refusal) return { id, failed: error.kind, detail: error.kind }
  disconnect()
  const name = error instanceof Error ? error.message : 'unknown'
  const kind = kinds.find(([pattern]) => pattern.test(name))?.[1] ?? 'failed'
  return { id, failed: kind, detail: /CKR_[A-Z_]+/.exec(name)?.[0] ?? 'no answer of the token' }
}

const kinds: readonly (readonly [RegExp, TokenFailureKind])[] = [
  [/CKR_PIN_(?:INCORRECT|INVALID|LEN_RANGE)/, 'credentials'],
  [/CKR_PIN_LOCKED/, 'locked'],
  [/CKR_(?:TOKEN|DEVICE_REMOVED|SLOT|SESSION)|Cannot find module|cannot open|dlopen/i, 'absent'],
]

function load() {
  if (loaded) return loaded
  const binding = createRequire(import.meta.url)('pkcs11js') as Binding
  const library = new binding.PKCS11()
  library.load(module)
  try {
    library.C_Initialize({ flags: binding.CKF_OS_LOCKING_OK })
  } catch (error) {
    // A module is one for the whole process: another token of it, or the thread before this one, has begun it.
    if (!isCode(error, 'CKR_CRYPTOKI_ALREADY_INITIALIZED')) throw error
  }
  loaded = { binding, library }
  return loaded
}

function connected(password: string): Connection {
  const { binding, library } = load()
  if (!connection) {
    const slot = library
      .C_GetSlotList(true)
      .find((candidate) => library.C_GetTokenInfo(candidate).label.trim() === token)
    if (!slot) throw new Refusal('absent')
    const session = library.C_OpenSession(slot, binding.CKF_SERIAL_SESSION | binding.CKF_RW_SESSION)
    connection = { binding, library, session, password: undefined }
  }
  if (connection.password !== password) {
    if (connection.password !== undefined) library.C_Logout(connection.session)
    connection.password = undefined
    login(connection, password)
    connection.password = password
  }
  return connection
}

/** Who is logged in already is logged out first: that says nothing about this password. */
function login({ binding, library, session }: Connection, password: string): void {
  try {
    library.C_Login(session, binding.CKU_USER, password)
  } catch (error) {
    if (!isCode(error, 'CKR_USER_ALREADY_LOGGED_IN')) throw error
    library.C_Logout(session)
    library.C_Login(session, binding.CKU_USER, password)
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.includes(code)
}

function disconnect(): void {
  const { library, session } = connection ?? {}
  connection = undefined
  if (!library || !session) return
  try {
    library.C_CloseSession(session)
  } catch {
    // The token is gone, and the session with it.
  }
}

function perform(task: TokenTask, at: Connection): TokenAnswer['result'] {
  switch (task.operation) {
    case 'check':
      return undefined
    case 'random':
      return Uint8Array.from(at.library.C_GenerateRandom(at.session, Buffer.alloc(task.length)))
    case 'generate':
      return generate(task.label, at)
    case 'destroy':
      return destroy(task.label, at)
    case 'encrypt':
      return encrypt(task.label, task, at)
    case 'decrypt':
      return decrypt(task.label, task, at)
  }
}

function find(label: string, { binding, library, session }: Connection): Buffer | undefined {
  const template: Template = [
    { type: binding.CKA_CLASS, value: binding.CKO_SECRET_KEY },
    { type: binding.CKA_LABEL, value: label },
  ]
  library.C_FindObjectsInit(session, template)
  try {
    return library.C_FindObjects(session) ?? undefined
  } finally {
    library.C_FindObjectsFinal(session)
  }
}

/** Does nothing where the key is there already: whoever asks again wants the same key. */
function generate(label: string, at: Connection): undefined {
  if (find(label, at)) return
  const { binding, library, session } = at
  library.C_GenerateKey(session, { mechanism: binding.CKM_AES_KEY_GEN }, [
    { type: binding.CKA_LABEL, value: label },
    { type: binding.CKA_ID, value: Buffer.from(label) },
    { type: binding.CKA_TOKEN, value: true },
    { type: binding.CKA_PRIVATE, value: true },
    { type: binding.CKA_SENSITIVE, value: true },
    { type: binding.CKA_EXTRACTABLE, value: false },
    { type: binding.CKA_ENCRYPT, value: true },
    { type: binding.CKA_DECRYPT, value: true },
    { type: binding.CKA_VALUE_LEN, value: 32 },
  ])
}

function destroy(label: string, at: Connection): undefined {
  const key = find(label, at)
  if (key) at.library.C_DestroyObject(at.session, key)
}

function mechanism({ binding }: Connection, iv: Uint8Array, associated: Uint8Array) {
  const parameter = {
    type: binding.CK_PARAMS_AES_GCM,
    iv: Buffer.from(iv),
    ivBits: iv.length * 8,
    aad: Buffer.from(associated),
    tagBits: tagLength * 8,
  }
  return { mechanism: binding.CKM_AES_GCM, parameter }
}

function encrypt(label: string, task: Extract<TokenTask, { operation: 'encrypt' }>, at: Connection) {
  const { library, session } = at
  const key = find(label, at)
  if (!key) throw new Refusal('no-key')
  const iv = randomBytes(ivLength)
  library.C_EncryptInit(session, mechanism(at, iv, task.associated), key)
  const sealed = library.C_Encrypt(session, Buffer.from(task.plaintext), Buffer.alloc(task.plaintext.length + 64))
  const end = sealed.length - tagLength
  return { iv, ciphertext: Uint8Array.from(sealed.subarray(0, end)), tag: Uint8Array.from(sealed.subarray(end)) }
}

/** A module tells an altered ciphertext in one of several ways; none of them says anything about the token. */
function decrypt(label: string, task: Extract<TokenTask, { operation: 'decrypt' }>, at: Connection) {
  const { library, session } = at
  const key = find(label, at)
  if (!key) throw new Refusal('no-key')
  const { iv, ciphertext, tag } = task.sealed
  library.C_DecryptInit(session, mechanism(at, iv, task.associated), key)
  try {
    const opened = library.C_Decrypt(session, Buffer.concat([ciphertext, tag]), Buffer.alloc(ciphertext.length + 64))
    return Uint8Array.from(opened)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/CKR_(?:ENCRYPTED_DATA|AEAD_DECRYPT|DATA|GENERAL_ERROR|FUNCTION_FAILED)/.test(message)) return null
    throw error
  }
}
