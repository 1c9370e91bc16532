import { describe, expect, test } from 'vitest'
import { isOutward, outwardLookup } from './outward-address.ts'

describe('addresses', () => {
  test.each(['8.8.8.8', '10.1.2.3', '192.168.0.1', '172.16.0.1', '2001:db8::1', 'fd12::1', '::ffff:10.0.0.1'])(
    '%s may be asked',
    (address) => {
      expect(isOutward(address, { loopback: false })).toBe(true)
    },
  )

  test.each([
    '169.254.169.254',
    '169.254.170.2',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    '168.63.129.16',
    '::',
    'fe80::1',
    'ff02::1',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    'localhost',
    '',
  ])('%j is never asked', (address) => {
    expect(isOutward(address, { loopback: true })).toBe(false)
  })

  test.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1'])(
    '%s is this machine',
    (address) => {
      expect(isOutward(address, { loopback: false })).toBe(false)
      expect(isOutward(address, { loopback: true })).toBe(true)
    },
  )
})

test('a name that stands for this machine is found where that is allowed, in the form asked for', async () => {
  const find = (loopback: boolean, all: boolean) =>
    new Promise((resolve) => {
      outwardLookup({ loopback })('localhost', { all }, (error, address) => resolve(error ?? address))
    })
  expect(await find(false, true)).toBeInstanceOf(Error)
  expect(await find(false, false)).toBeInstanceOf(Error)
  expect(await find(true, true)).toMatchObject([{ address: expect.stringMatching(/^(?:127\.|::1$)/) as string }])
  expect(await find(true, false)).toMatch(/^(?:127\.|::1$)/)
})
