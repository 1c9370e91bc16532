import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HmacKey } from './hmac.ts'

/** RFC 4231, section 4: those whose data is text. */
const vectors: readonly (readonly [key: Buffer, text: string, code: string])[] = [
  [Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    Buffer.from('Jefe'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    Buffer.alloc(131, 0xaa),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    Buffer.alloc(131, 0xaa),
    'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
]

test.each(vectors)('RFC 4231: %#', (key, text, code) => {
  expect(new HmacKey(key).hex(text)).toBe(code)
})

test('it is the code that Node computes, for keys and texts of any length', () => {
  const lengths = fc.nat({ max: 200 })
  fc.assert(
    fc.property(
      lengths.chain((size) => fc.uint8Array({ minLength: size, maxLength: size })),
      fc.string({ maxLength: 3000 }),
      (bytes, text) => {
        const expected = createHmac('sha256', bytes).update(text).digest()
        const key = new HmacKey(bytes)
        expect(key.hex(text)).toBe(expected.toString('hex'))
        expect(key.hex(text)).toBe(expected.toString('hex'))
        expect(key.derive(text).hex('x')).toBe(createHmac('sha256', expected).update('x').digest('hex'))
      },
    ),
  )
})

test('a long text leaves nothing behind that changes the next one', () => {
  const key = new HmacKey(Buffer.from('key'))
  const before = key.hex('short')
  expect(key.hex('ß'.repeat(100_000))).toBe(createHmac('sha256', 'key').update('ß'.repeat(100_000)).digest('hex'))
  expect(key.hex('short')).toBe(before)
})
