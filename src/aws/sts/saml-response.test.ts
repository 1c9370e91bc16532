import { createPublicKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { readSamlResponse } from './saml-response.ts'
import { certificate, posted, responseOf, signedElsewhere, signElement } from './saml.test-support.ts'
import { authority, privateKey as otherKey } from './certificates.test-support.ts'

const key = new X509Certificate(Buffer.from(certificate, 'base64')).publicKey
const plain = responseOf({ attributes: { RoleSessionName: ['ann'] } })
const read = (xml: string, keys = [key]) => readSamlResponse(posted(xml), keys)

const said = { assertion: { subject: 'ann@example.com', subjectType: 'persistent', id: '_a1' } }

test('what is signed is read, be it the assertion, the response, or both', () => {
  const assertionSigned = signElement(plain, '_a1')
  expect(read(assertionSigned)).toMatchObject(said)
  expect(read(signElement(plain, '_r1'))).toMatchObject(said)
  expect(read(signElement(assertionSigned, '_r1'))).toMatchObject(said)
  expect(readSamlResponse(posted(assertionSigned).replace(/.{76}/g, '$&\r\n'), [key])).toMatchObject(said)
})

test('what another program signed is read', () => {
  expect(read(signedElsewhere)).toMatchObject({
    assertion: { subject: 'ann@example.com', issuer: 'https://idp.example/metadata' },
  })
  expect(read(signedElsewhere.replace('ann@example.com', 'eve@example.com'))).toEqual({ refused: 'unsigned' })
})

test('nothing unsigned, altered or signed by others is read', () => {
  const unsigned = { refused: 'unsigned' }
  const signed = signElement(plain, '_a1')
  expect(read(plain)).toEqual(unsigned)
  expect(read(signed, [])).toEqual(unsigned)
  expect(read(signed, [new X509Certificate(authority).publicKey])).toEqual(unsigned)
  expect(read(signed.replace('ann@example.com', 'eve@example.com'))).toEqual(unsigned)
  expect(read(signElement(plain, '_a1', undefined, 'sha1'))).toEqual(unsigned)
  const own = createPublicKey(otherKey)
  expect(read(signed, [own])).toEqual(unsigned)
})

test('an assertion wrapped around, beside or within a signed one is not read', () => {
  const signed = signElement(plain, '_a1')
  const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(signed)?.[0] ?? ''
  const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(signed)?.[0] ?? ''
  const forged = assertion.replace(signature, '').replace('ann@example.com', 'eve@example.com')
  const renamed = forged.replace('ID="_a1"', 'ID="_evil"')
  const attempts = {
    'two assertions, the forged one first': signed.replace(assertion, renamed + assertion),
    'two assertions, the forged one last': signed.replace(assertion, assertion + renamed),
    twins: signed.replace(assertion, forged + assertion),
    'the signed one within the forged one': signed.replace(
      assertion,
      renamed.replace('</saml:Issuer>', `</saml:Issuer>${assertion}`),
    ),
    'the forged one with the signature of the signed one': signed.replace(
      assertion,
      renamed.replace(
        '</saml:Issuer>',
        `</saml:Issuer>${signature.replace('</ds:Signature>', `<ds:Object>${assertion.replace(signature, '')}</ds:Object></ds:Signature>`)}`,
      ),
    ),
    'the signed one in an extension': signed.replace(
      assertion,
      `${renamed}<samlp:Extensions>${assertion}</samlp:Extensions>`,
    ),
    'the signature moved to the response': signed
      .replace(assertion, renamed)
      .replace('<samlp:Status>', `${signature}<samlp:Status>`),
  }
  for (const [name, xml] of Object.entries(attempts)) {
    expect(xml, name).not.toBe(signed)
    const result = read(xml)
    expect('assertion' in result && result.assertion.subject.startsWith('eve'), name).toBe(false)
    expect(result, name).toHaveProperty('refused')
  }
})

test('a signature that asks for many prefixes is not looked at', () => {
  // None of them is declared, so nothing changes in what is covered.
  const listing = (count: number) => {
    const prefixes = Array.from({ length: count }, (_, index) => `p${index}`).join(' ')
    return signElement(plain, '_a1', undefined, undefined, prefixes)
  }
  expect(read(listing(64))).toMatchObject(said)
  expect(read(listing(65))).toEqual({ refused: 'unsigned' })
})

test('comments do not cut what is read', () => {
  const commented = signElement(plain.replace('ann@example.com', 'ann@example.com.<!-- -->evil.example'), '_a1')
  expect(read(commented)).toMatchObject({ assertion: { subject: 'ann@example.com.evil.example' } })
})

test('a signed response is read from what the signature covers', () => {
  const signed = signElement(plain, '_r1')
  const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(signed)?.[0] ?? ''
  expect(read(signed.replace(assertion, assertion.replace('ann@', 'eve@')))).toEqual({ refused: 'unsigned' })
})

test('failures, encrypted assertions and other documents are refused', () => {
  const failed = responseOf({ status: 'Requester', attributes: {} })
  expect(read(signElement(failed, '_a1'))).toEqual({ refused: 'unsuccessful' })
  const encrypted = plain.replace('<saml:Assertion ', '<saml:EncryptedAssertion/><saml:Assertion ')
  expect(read(signElement(encrypted, '_a1'))).toEqual({ refused: 'malformed' })
  for (const text of ['', '<a/>', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 'text']) {
    expect(read(text)).toEqual({ refused: 'malformed' })
  }
  expect(readSamlResponse('not base 64!', [key])).toEqual({ refused: 'malformed' })
  const nameless = signElement(plain.replace(/<saml:NameID.*<\/saml:NameID>/, ''), '_a1')
  expect(read(nameless)).toEqual({ refused: 'incomplete' })
})
