import { aes256Key, openBytes, sealBytes } from '../../crypto/aead.ts'
import { type Seal, SealRefused } from '../seal.ts'

const associated = Buffer.from('keyturn root key 1')

/** A seal that holds a 256-bit wrapping key in this process: the whole of `keyfile` and `dev` but for where it comes from. The key's bytes may be wiped afterwards. */
export function wrappingKeySeal(kind: string, wrappingKey: Uint8Array, source: string): Seal {
  const key = aes256Key(wrappingKey)
  return {
    kind,
    async wrap(rootKey) {
      return { kind, wrapped: sealBytes(key, rootKey, associated).toString('base64') }
    },
    async unwrap(sealed) {
      if (sealed.kind !== kind) {
        throw new SealRefused(`This store is sealed with «${sealed.kind}», but the configuration says «${kind}».`)
      }
      const rootKey = openBytes(key, Buffer.from(sealed.wrapped, 'base64'), associated)
      if (!rootKey) {
        throw new SealRefused(
          `The seal key from ${source} does not open this store: it belongs to another one, or the store was altered. Give the key that «keyturn init» made with it.`,
        )
      }
      return rootKey
    },
  }
}
