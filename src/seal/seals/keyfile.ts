import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fromBase64 } from '../../base/bytes.ts'
import { syncFolder } from '../../base/sync-folder.ts'
import { type Seal, SealRefused } from '../seal.ts'
import { wrappingKeySeal } from './wrapping-key.ts'

/** Where the seal key comes from: a file of mode 0600, an environment variable, or a systemd credential, each holding 32 bytes in base64. */
export type KeySource = { readonly path: string } | { readonly environment: string } | { readonly credential: string }

/** The seal that opens by itself at start-up with a key that is kept apart from the data. */
export function keyfileSeal(source: KeySource, environment: NodeJS.ProcessEnv = process.env): Seal {
  const { text, name } = readSource(source, environment)
  const key = fromBase64(text.trim())
  if (!key || key.length !== 32) {
    throw new SealRefused(`The seal key from ${name} must be 32 bytes in base64 (44 characters).`)
  }
  const seal = wrappingKeySeal('keyfile', key, name)
  key.fill(0)
  return seal
}

function readSource(source: KeySource, environment: NodeJS.ProcessEnv): { text: string; name: string } {
  if ('environment' in source) {
    const text = environment[source.environment]
    if (!text)
      throw new SealRefused(
        `The environment variable ${source.environment}, which should hold the seal key, is not set.`,
      )
    return { text, name: `the environment variable ${source.environment}` }
  }
  if ('credential' in source) {
    const folder = environment['CREDENTIALS_DIRECTORY']
    if (!folder) {
      throw new SealRefused(
        `The seal key is the systemd credential «${source.credential}», but this process was not given credentials: add LoadCredentialEncrypted= to its unit.`,
      )
    }
    return { text: readKeyFile(join(folder, source.credential), false), name: `the credential ${source.credential}` }
  }
  return { text: readKeyFile(source.path, true), name: source.path }
}

function readKeyFile(path: string, checkMode: boolean): string {
  let file: number
  try {
    // Without O_NONBLOCK a named pipe in this place would hold the process up for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw new SealRefused(`The seal key file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
  try {
    const stats = fstatSync(file)
    const { mode, size } = stats
    if (!stats.isFile()) throw new SealRefused(`The seal key ${path} is not a file.`)
    if (checkMode && (mode & 0o077) !== 0) {
      throw new SealRefused(
        `The seal key file ${path} can be read by others (mode ${(mode & 0o777).toString(8)}): run «chmod 600 ${path}».`,
      )
    }
    if (size > 1024) throw new SealRefused(`The seal key file ${path} is ${size} bytes long; a key has 44.`)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** Makes a new key file, durable before it is used. Fails where a file is already there: a seal key is never overwritten. */
export function createKeyFile(path: string): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`)
    fsyncSync(file)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  // A store whose key file did not survive a power failure would be lost.
  syncFolder(folder)
}
