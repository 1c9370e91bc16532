import { hash } from 'node:crypto'

const blockLength = 64
const digestLength = 32
const usualText = 4096

/** Where messages are put together, so that none costs an allocation; wiped of the key after each. */
const innerMessage = Buffer.alloc(blockLength + usualText)
const outerMessage = Buffer.alloc(blockLength + digestLength)

/**
 * A key for HMAC-SHA-256 (RFC 2104, FIPS 198-1). It hashes at one go what Node's own `Hmac` feeds to a context, at half the
 * time for texts as short as those that are signed.
 */
export class HmacKey {
  // The key, filled up to a block, combined with the constants of RFC 2104.
  readonly #inner = Buffer.alloc(blockLength, 0x36)
  readonly #outer = Buffer.alloc(blockLength, 0x5c)

  /** The bytes may be wiped afterwards. */
  constructor(key: Uint8Array) {
    const short = key.length > blockLength ? hash('sha256', key, 'buffer') : key
    for (let index = 0; index < short.length; index++) {
      const byte = short[index] as number
      this.#inner[index] = 0x36 ^ byte
      this.#outer[index] = 0x5c ^ byte
    }
  }

  /** The code of a text's UTF-8, in lower-case hexadecimal. */
  hex(text: string): string {
    this.#begin(text)
    const code = hash('sha256', outerMessage, 'hex')
    outerMessage.fill(0)
    return code
  }

  /** The key that the code of a text is: how keys are derived one from another. */
  derive(text: string): HmacKey {
    this.#begin(text)
    const code = hash('sha256', outerMessage, 'buffer')
    outerMessage.fill(0)
    const key = new HmacKey(code)
    code.fill(0)
    return key
  }

  /** Hashes the inner message and leaves the outer one to be hashed. */
  #begin(text: string): void {
    const long = 3 * text.length > usualText
    const message = long ? Buffer.alloc(blockLength + Buffer.byteLength(text)) : innerMessage
    message.set(this.#inner)
    const end = blockLength + message.write(text, blockLength, 'utf8')
    const code = hash('sha256', message.subarray(0, end), 'hex')
    message.fill(0, 0, blockLength)
    outerMessage.set(this.#outer)
    outerMessage.write(code, blockLength, 'hex')
  }
}
