import { contextBytes } from '../../keys/context.ts'
import type { Conditions } from '../operation.ts'
import { contextTooLong } from './messages.ts'

export type EncryptionContext = Readonly<Record<string, string>> | undefined

const mostBytes = 8192

/** The context as associated data; refuses one that is too long. */
export function boundContext(context: EncryptionContext): Buffer {
  const bytes = contextBytes(context)
  if (bytes.length > mostBytes && textBytes(context) > mostBytes) throw contextTooLong(mostBytes)
  return bytes
}

function textBytes(context: EncryptionContext): number {
  let bytes = 0
  for (const [name, value] of Object.entries(context ?? {})) bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
  return bytes
}

/** `kms:EncryptionContext:…` and `kms:EncryptionContextKeys`, which exist only where there is a context. */
export function contextConditions(context: EncryptionContext): Conditions {
  const names = Object.keys(context ?? {})
  if (context === undefined || names.length === 0) return {}
  const conditions: Record<string, string | readonly string[] | undefined> = { 'kms:EncryptionContextKeys': names }
  for (const name of names) conditions[`kms:EncryptionContext:${name}`] = context[name]
  return conditions
}
