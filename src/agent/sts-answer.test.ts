import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAccount, readCredentials, readXmlRefusal } from './sts-answer.ts'

const answer = (secret: string, expiration = '2026-11-23T03:00:00Z') =>
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
  `<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>t/+=</SessionToken>` +
  `<Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

test('reads the credentials of a session', () => {
  const read = readCredentials(answer('s&amp;&#60;&#x3E;'))
  expect(read?.accessKeyId).toBe('ASIA1')
  expect(read?.secretAccessKey.reveal()).toBe('s&<>')
  expect(read?.sessionToken?.reveal()).toBe('t/+=')
  expect(read?.expiresAt).toBe(Date.UTC(2026, 10, 23, 3))
  expect(JSON.stringify(read)).not.toContain('t/+=')
})

test('what is not whole gives nothing', () => {
  expect(readCredentials(answer(''))).toBeUndefined()
  expect(readCredentials(answer('s', 'tomorrow'))).toBeUndefined()
  expect(readCredentials('<Credentials></Credentials>')).toBeUndefined()
  expect(readCredentials('')).toBeUndefined()
  expect(readAccount('<Account>12</Account>')).toBeUndefined()
  expect(readAccount('<Account>123456789012</Account>')).toBe('123456789012')
})

test('reads a refusal', () => {
  const xml =
    '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no &quot;a&quot;</Message></Error></ErrorResponse>'
  expect(readXmlRefusal(xml)).toEqual({ code: 'AccessDenied', message: 'no "a"' })
  expect(readXmlRefusal('<html>')).toBeUndefined()
})

test('no text throws or takes long', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom('<Credentials>', '</Credentials>', '<Code>', '</Code>', '&#x110000;', '&#9999999;', 'a', '<'),
      ),
      (parts) => {
        const xml = parts.join('')
        readCredentials(xml)
        readXmlRefusal(xml)
      },
    ),
  )
  expect(readCredentials('<Credentials>'.repeat(2000))).toBeUndefined()
})
