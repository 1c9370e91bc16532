import { createPublicKey, type KeyObject } from 'node:crypto'
import { uuid } from '../../base/ids.ts'
import { type KeyKindName, keyKinds } from '../../keys/kinds.ts'
import type { Transaction } from '../../store/store.ts'
import { derivation, table } from '../../store/table.ts'

interface TokenKey {
  readonly id: string
  readonly algorithm: TokenAlgorithm
  /** PKCS #8 in base 64. */
  readonly key: string
  readonly createdAt: number
}

/** The keys that sign tokens of an account, newest first. */
interface TokenKeys {
  readonly keys: readonly TokenKey[]
}

/** By account: a key of one account proves nothing about another. */
const tokenKeys = table<TokenKeys>({ name: 'sts/token-keys', version: 1 })

/** The algorithms that the API has, by their names in RFC 7518. */
export const tokenAlgorithms = { RS256: 'rsa-2048', ES384: 'p-384' } as const satisfies Record<string, KeyKindName>

export type TokenAlgorithm = keyof typeof tokenAlgorithms

const day = 24 * 60 * 60 * 1000
/** How old a key grows before its successor is made. */
const renewedAfter = 30 * day
/** A key is published for so long before it signs, so that whoever keeps published keys knows it by then. */
const publishedAhead = day
/** What a key signed is over in an hour; it goes on being published for longer than that. */
const keptAfter = day

export interface SigningKey {
  readonly id: string
  readonly algorithm: TokenAlgorithm
  readonly key: KeyObject
}

/** The key that signs now. Makes the first one, and successors ahead of their time; forgets those that nobody needs. */
export async function currentTokenKey(
  tx: Transaction,
  { account, algorithm, now }: { readonly account: string; readonly algorithm: TokenAlgorithm; readonly now: number },
): Promise<SigningKey> {
  const known = await tokenKeys.get(tx, account)
  const own = (known?.keys ?? []).filter((key) => key.algorithm === algorithm)
  const [newest] = own
  if (newest && now < newest.createdAt + renewedAfter) return signing(keyObjects(known as TokenKeys), own, now)
  const material = await keyKinds[tokenAlgorithms[algorithm]].generate()
  const made: TokenKey = { id: uuid(), algorithm, key: material.toString('base64'), createdAt: now }
  material.fill(0)
  const others = (known?.keys ?? []).filter((key) => key.algorithm !== algorithm)
  const renewed = { keys: [made, ...own.filter((_key, index) => isNeeded(own, index, now)), ...others] }
  tokenKeys.put(tx, renewed, account)
  return signing(keyObjects(renewed), [made, ...own], now)
}

function signing(objects: ReadonlyMap<string, KeyObject>, own: readonly TokenKey[], now: number): SigningKey {
  const chosen = own.find(({ createdAt }) => createdAt + publishedAhead <= now) ?? (own.at(-1) as TokenKey)
  return { id: chosen.id, algorithm: chosen.algorithm, key: objects.get(chosen.id) as KeyObject }
}

function isNeeded(own: readonly TokenKey[], index: number, now: number): boolean {
  const successor = own[index - 1]
  return !successor || now < successor.createdAt + publishedAhead + keptAfter
}

const keyObjects = derivation(
  ({ keys }: TokenKeys): ReadonlyMap<string, KeyObject> =>
    new Map(
      keys.map(({ id, algorithm, key }) => [id, keyKinds[tokenAlgorithms[algorithm]].load(Buffer.from(key, 'base64'))]),
    ),
)

/** The public halves of an account's keys as a JSON Web Key Set (RFC 7517). */
export async function publishedKeys(tx: Transaction, account: string): Promise<object> {
  const known = await tokenKeys.get(tx, account)
  return known ? keySet(known) : { keys: [] }
}

const keySet = derivation((known: TokenKeys) => ({
  keys: known.keys.map(({ id, algorithm }) => {
    const jwk = createPublicKey(keyObjects(known).get(id) as never).export({ format: 'jwk' })
    return { ...jwk, kid: id, use: 'sig', alg: algorithm }
  }),
}))
