import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Certificate, readCertificate, readPem } from './certificate.ts'
import { verifyChain } from './chain.ts'
import {
  crlSign,
  digitalSignature,
  extension,
  keyCertSign,
  mint,
  mintList,
  pair,
  pem,
  type Wanted,
} from './minting.test-support.ts'
import { nameText } from './name.ts'
import { isRevoked, readRevocationList, signedList } from './revocation-list.ts'

const now = Date.UTC(2026, 6, 1)
const rootName = { O: 'Example', CN: 'root' }
const rootKey = pair()
const middleName = { O: 'Example', CN: 'middle' }
const middleKey = pair()
const leafKey = pair()

function read(wanted: Wanted): Certificate {
  const certificate = readCertificate(mint(wanted))
  if (!certificate) throw new Error('the certificate of a test cannot be read')
  return certificate
}

const rootOf = (more: Partial<Wanted> = {}) =>
  read({ subject: rootName, issuer: rootName, key: rootKey, signer: rootKey, authority: true, ...more })
const middleOf = (more: Partial<Wanted> = {}) =>
  read({
    subject: middleName,
    issuer: rootName,
    key: middleKey,
    signer: rootKey,
    authority: true,
    serial: '02',
    ...more,
  })
const leafOf = (more: Partial<Wanted> = {}) =>
  read({ subject: { CN: 'host' }, issuer: rootName, key: leafKey, signer: rootKey, ...more })
const below = (more: Partial<Wanted> = {}) => leafOf({ issuer: middleName, signer: middleKey, ...more })

const root = rootOf()

test('reads what a certificate says', () => {
  const leaf = leafOf({
    subject: { C: 'DE', O: 'A, B', CN: 'host' },
    serial: '1f71c5114a119fc0cc5a5a52fb3720ad',
    dns: ['host.example.com'],
    uri: ['spiffe://example.com/host'],
  })
  expect(leaf).toMatchObject({
    serial: '1f71c5114a119fc0cc5a5a52fb3720ad',
    notBefore: Date.UTC(2026, 0, 1),
    isAuthority: false,
    alternativeNames: { dns: ['host.example.com'], uri: ['spiffe://example.com/host'] },
  })
  expect(nameText(leaf.subject)).toBe('C=DE,O=A\\, B,CN=host')
  expect(nameText(leaf.issuer)).toBe('O=Example,CN=root')
})

test('an anchor vouches directly, or through others that came along', () => {
  expect(verifyChain(leafOf(), [], [root], now)).toHaveProperty('trusted')
  const chain = verifyChain(below(), [root, middleOf()], [root], now)
  expect('trusted' in chain && chain.trusted.map(({ subject }) => nameText(subject))).toEqual([
    'CN=host',
    'O=Example,CN=middle',
    'O=Example,CN=root',
  ])
  expect(verifyChain(below(), [], [middleOf()], now)).toHaveProperty('trusted')
})

test.each<[string, Certificate, readonly Certificate[], string]>([
  ['a stranger’s', leafOf({ signer: pair() }), [], 'untrusted'],
  ['one of another issuer', leafOf({ issuer: { CN: 'other' } }), [], 'untrusted'],
  ['one without its authority', below(), [], 'untrusted'],
  ['one below a certificate that is no authority', below(), [middleOf({ authority: false })], 'untrusted'],
  ['one below an authority that may not sign', below(), [middleOf({ keyUsage: crlSign })], 'untrusted'],
  ['an expired one', leafOf({ notAfter: now - 1000 }), [], 'expired'],
  ['one not yet valid', leafOf({ notBefore: now + 1000 }), [], 'not-yet-valid'],
  ['one below an expired authority', below(), [middleOf({ notAfter: now - 1000 })], 'expired'],
  ['one signed with SHA-1', leafOf({ hash: 'sha1' }), [], 'weak'],
  ['one with a short key', leafOf({ key: pair('weak') }), [], 'weak'],
  ['an authority’s own', leafOf({ authority: true, keyUsage: digitalSignature | keyCertSign }), [], 'not-for-signing'],
  ['one for other uses of its key', leafOf({ keyUsage: 0x20 }), [], 'not-for-signing'],
  ['one that says nothing of its uses', leafOf({ keyUsage: undefined }), [], 'not-for-signing'],
  ['one for servers only', leafOf({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] }), [], 'not-for-signing'],
  ['one that demands more', leafOf({ extensions: [extension('1.2.3', Buffer.from([5, 0]), true)] }), [], 'untrusted'],
])('%s is not trusted', (_what, leaf, others, refused) => {
  expect(verifyChain(leaf, others, [root], now)).toEqual({ refused })
})

test('an authority bounds how many stand below it', () => {
  const narrow = rootOf({ pathLength: 0 })
  expect(verifyChain(leafOf(), [], [narrow], now)).toHaveProperty('trusted')
  expect(verifyChain(below(), [middleOf()], [narrow], now)).toEqual({ refused: 'untrusted' })
})

test('an expired anchor vouches for nobody', () => {
  expect(verifyChain(leafOf(), [], [rootOf({ notAfter: now - 1 })], now)).toEqual({ refused: 'expired' })
})

test('a ring of authorities ends', () => {
  const [a, b] = [pair(), pair()]
  const one = middleOf({ subject: { CN: 'a' }, key: a, issuer: { CN: 'b' }, signer: b })
  const two = middleOf({ subject: { CN: 'b' }, key: b, issuer: { CN: 'a' }, signer: a })
  expect(verifyChain(leafOf({ issuer: { CN: 'a' }, signer: a }), [one, two], [root], now)).toEqual({
    refused: 'untrusted',
  })
})

test('a list revokes the certificates of its issuer', () => {
  const list = readRevocationList(mintList(rootName, rootKey, ['1f71c5', 'ff']))
  if (!list) throw new Error('no list')
  expect(signedList(list, root)).toBe(true)
  expect(signedList(list, rootOf({ keyUsage: keyCertSign }))).toBe(false)
  expect(signedList(list, rootOf({ key: pair() }))).toBe(false)
  expect(isRevoked(list, [leafOf()])).toBe(true)
  expect(isRevoked(list, [leafOf({ serial: 'ff' })])).toBe(true)
  expect(isRevoked(list, [leafOf({ serial: 'fe' })])).toBe(false)
  expect(isRevoked(list, [below()])).toBe(false)
  const armoured = Buffer.from(pem(mintList(rootName, rootKey, []), 'X509 CRL'))
  expect(readRevocationList(armoured)?.revoked.size).toBe(0)
})

test('PEM holds several, or none', () => {
  const text = `subject=x\n${pem(root.der)}\n${pem(middleOf().der)}`
  expect(readPem(text)?.map(({ serial }) => serial)).toEqual(['1f71c5', '2'])
  expect(readPem('')).toBeUndefined()
  expect(readPem(pem(Buffer.from('no certificate')))).toBeUndefined()
})

test('an altered certificate is none, or is not trusted', () => {
  const good = leafOf().der
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const altered = Buffer.from(good)
      altered[at] = (altered[at] as number) ^ mask
      const certificate = readCertificate(altered)
      return !certificate || 'refused' in verifyChain(certificate, [], [root], now)
    }),
    { numRuns: 1500 },
  )
})

test('no bytes throw', () => {
  const good = leafOf().der
  const list = mintList(rootName, rootKey, ['01', '02'])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(good.length), (bytes, cut) => {
      for (const start of [Buffer.alloc(0), good.subarray(0, cut), list.subarray(0, cut)]) {
        const mixed = Buffer.concat([start, bytes])
        readCertificate(mixed)
        readRevocationList(mixed)
      }
    }),
    { numRuns: 400 },
  )
})
