import { base32, randomText } from '../../base/ids.ts'
import { randomBytes } from 'node:crypto'

/** What the first letters of a unique id say (IAM user guide, «Understanding unique ID prefixes»). */
export type IdPrefix = 'AIDA' | 'AROA' | 'AGPA' | 'ANPA' | 'AIPA'

/** The unique id of a user, role, group, policy or instance profile. */
export function newUniqueId(prefix: IdPrefix): string {
  return prefix + randomText(17, base32)
}

/**
 * An access key id. Its first bits after the prefix are 1 and the account's number, as in AWS's own, so that the account can be
 * told from an id alone; 39 bits are random.
 */
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA', account: string): string {
  const random = randomBytes(5).readUIntBE(0, 5) % 2 ** 39
  let bits = (((1n << 40n) | BigInt(account)) << 39n) | BigInt(random)
  let text = ''
  for (let count = 0; count < 16; count++) {
    text = (base32[Number(bits & 31n)] as string) + text
    bits >>= 5n
  }
  return prefix + text
}

const keyId = /^(?:AKIA|ASIA)([Q-Z2-7][A-Z2-7]{15})$/

/** The account that an access key id was made for; nothing where the id does not tell. */
export function accountInAccessKeyId(id: string): string | undefined {
  const text = keyId.exec(id)?.[1]
  if (text === undefined) return undefined
  let bits = 0n
  for (const letter of text) bits = (bits << 5n) | BigInt(base32.indexOf(letter))
  const account = String((bits >> 39n) & ((1n << 40n) - 1n)).padStart(12, '0')
  return account.length === 12 ? account : undefined
}

/** A secret access key: 240 random bits in base 64, 40 characters. */
export function newSecretAccessKey(): string {
  return randomBytes(30).toString('base64')
}
