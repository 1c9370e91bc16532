import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { equalBytes } from '../base/bytes.ts'
import { derivation, table } from '../store/table.ts'
import type { Transaction } from '../store/store.ts'

/** One key for all processes of a store, made when the first token is. */
interface PageKeyRecord {
  readonly key: string
}

const keys = table<PageKeyRecord>({ name: 'aws/page-key', version: 1 })
const keyObject = derivation(({ key }: PageKeyRecord) => createSecretKey(Buffer.from(key, 'base64')))

/** What a token is good for: the same call again. Leave out what may differ between pages, such as their size. */
export interface PageScope {
  /** `secretsmanager:ListSecrets`. */
  readonly operation: string
  readonly account: string
  readonly region: string
  /** JSON data. */
  readonly parameters?: unknown
}

const tagLength = 16
const longestToken = 8192

/** A token that says where the next page goes on; `state` is JSON data, readable by whoever has the token. */
export async function sealToken(tx: Transaction, scope: PageScope, state: unknown): Promise<string> {
  let record = await keys.get(tx, 'current')
  if (!record) {
    record = { key: randomBytes(32).toString('base64') }
    keys.put(tx, record, 'current')
  }
  const body = Buffer.from(JSON.stringify(state), 'utf8')
  return Buffer.concat([tagOf(record, scope, body), body]).toString('base64url')
}

/** The state in a token that was sealed for this very scope, or nothing. */
export async function openToken(
  tx: Transaction,
  scope: PageScope,
  token: string,
): Promise<{ readonly state: unknown } | undefined> {
  if (token.length > longestToken || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined
  const record = await keys.get(tx, 'current')
  if (!record) return undefined
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length <= tagLength) return undefined
  const body = bytes.subarray(tagLength)
  if (!equalBytes(bytes.subarray(0, tagLength), tagOf(record, scope, body))) return undefined
  return { state: JSON.parse(body.toString('utf8')) }
}

function tagOf(record: PageKeyRecord, scope: PageScope, body: Uint8Array): Buffer {
  const { operation, account, region, parameters = null } = scope
  const bound = JSON.stringify([operation, account, region, parameters])
  const mac = createHmac('sha256', keyObject(record))
    .update(`${Buffer.byteLength(bound)}:${bound}`)
    .update(body)
  return mac.digest().subarray(0, tagLength)
}
