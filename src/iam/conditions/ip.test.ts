import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inRange, parseAddress, parseRange } from './ip.ts'

test.each([
  ['10.0.0.1', [0x0a00, 1]],
  ['255.255.255.255', [0xffff, 0xffff]],
  ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
  ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
  ['1::', [1, 0, 0, 0, 0, 0, 0, 0]],
  ['2001:DB8::1:2', [0x2001, 0xdb8, 0, 0, 0, 0, 1, 2]],
  ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['1:2:3:4:5:6:7::', [1, 2, 3, 4, 5, 6, 7, 0]],
  ['::ffff:10.0.0.1', [0x0a00, 1]],
  ['64:ff9b::10.0.0.1', [0x64, 0xff9b, 0, 0, 0, 0, 0x0a00, 1]],
])('%s is read', (text, groups) => {
  expect(parseAddress(text)).toEqual(groups)
})

test.each([
  '',
  '1',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.2.3.4',
  '1.2.3.4 ',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  'g::',
  '::1.2.3',
  '1.2.3.4::',
  '::1%eth0',
])('%s is no address', (text) => {
  expect(parseAddress(text)).toBeUndefined()
})

test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '::/129', '10.0.0.0/8/8', '/8', '::ffff:10.0.0.0/8'])(
  '%s is no block',
  (text) => {
    expect(parseRange(text)).toBeUndefined()
  },
)

test('a block of IPv4 written as IPv6 is that IPv4 block', () => {
  expect(parseRange('::ffff:10.0.0.0/104')).toEqual(parseRange('10.0.0.0/8'))
})

test('takes for an address what Node takes for one', () => {
  const text = fc.string({ unit: fc.constantFrom('0', '1', '25', 'f', ':', '::', '.', 'ffff'), maxLength: 12 })
  fc.assert(
    fc.property(fc.oneof(text, fc.ipV4(), fc.ipV6()), (value) => {
      expect(parseAddress(value) !== undefined).toBe(isIP(value) !== 0)
    }),
    { numRuns: 10_000 },
  )
})

test('a block holds what Node says it holds', () => {
  const v4 = fc.tuple(fc.constant('ipv4' as const), fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }))
  const v6 = fc.tuple(fc.constant('ipv6' as const), fc.ipV6(), fc.ipV6(), fc.integer({ min: 0, max: 128 }))
  fc.assert(
    fc.property(fc.oneof(v4, v6), fc.boolean(), ([family, network, other, bits], same) => {
      const address = same ? network : other
      const range = parseRange(`${network}/${bits}`)
      const groups = parseAddress(address)
      fc.pre(range !== undefined && groups !== undefined && range.groups.length === (family === 'ipv4' ? 2 : 8))
      const list = new BlockList()
      list.addSubnet(network, bits, family)
      expect(inRange(range, groups)).toBe(list.check(address, family))
    }),
    { numRuns: 3000 },
  )
})
