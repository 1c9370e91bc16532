import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { openBytes, sealBytes } from '../../crypto/aead.ts'
import type { Transaction } from '../../store/store.ts'
import { currentSealingKeys, findSealingKeys, keyObjects } from './sealing-keys.ts'

const numberBytes = 4
/** What DecodeAuthorizationMessage takes. */
const longestMessage = 10_240
const longestText = 262_144

/**
 * Seals the reasons of a decision for administrators of an account, so that whoever passes the message on learns nothing of
 * their policies. It can be opened for as long as the keys of sessions are kept, which is a day and a half at least. Nothing
 * where it would be too long to be opened.
 */
export async function sealAuthorizationMessage(
  tx: Transaction,
  text: string,
  { account, now }: { readonly account: string; readonly now: number },
): Promise<string | undefined> {
  const { newest } = keyObjects(await currentSealingKeys(tx, now))
  const head = Buffer.alloc(numberBytes)
  head.writeUInt32BE(newest.number)
  const sealed = sealBytes(newest.key, deflateRawSync(text), purpose(newest.number, account))
  const message = Buffer.concat([head, sealed]).toString('base64url')
  return message.length <= longestMessage ? message : undefined
}

/** The text of a message that was sealed for this account, or nothing. */
export async function openAuthorizationMessage(
  tx: Transaction,
  message: string,
  account: string,
): Promise<string | undefined> {
  if (message.length > longestMessage || !/^[A-Za-z0-9_-]+$/.test(message)) return undefined
  const bytes = Buffer.from(message, 'base64url')
  const keys = await findSealingKeys(tx)
  if (!keys || bytes.length <= numberBytes || bytes.toString('base64url') !== message) return undefined
  const number = bytes.readUInt32BE(0)
  const key = keyObjects(keys).byNumber.get(number)
  const plain = key && openBytes(key, bytes.subarray(numberBytes), purpose(number, account))
  return plain && inflateRawSync(plain, { maxOutputLength: longestText }).toString('utf8')
}

/** Bound to the seal, so that a message is no session token and no other account's message. */
function purpose(number: number, account: string): Buffer {
  return Buffer.from(`authorization-message ${number} ${account}`)
}
