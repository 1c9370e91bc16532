import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { localToken, showsToken } from './local-token.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-token-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const revealed = (found: ReturnType<typeof localToken>) => ('token' in found ? found.token.reveal() : found.missing)

test('a file that is not there is made, for its owner alone, and read from then on', () => {
  const path = join(folder, 'made')
  const token = revealed(localToken(path, {}))
  expect(token).toMatch(/^[A-Za-z0-9]{43}$/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(revealed(localToken(path, { AWS_TOKEN: 'other' }))).toBe(token)
  expect(readFileSync(path, 'utf8')).toBe(token)
})

test('the environment names a token or a file of one', () => {
  const path = join(folder, 'given')
  writeFileSync(path, ' in file\n')
  expect(revealed(localToken(undefined, { AWS_TOKEN: 'a', AWS_SESSION_TOKEN: 'b' }))).toBe('a')
  expect(revealed(localToken(undefined, { AWS_SESSION_TOKEN: `file://${path}` }))).toBe('in file')
  expect(revealed(localToken(undefined, { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'c' }))).toBe('c')
})

test('without a token there is a reason', () => {
  const empty = join(folder, 'empty')
  writeFileSync(empty, '\n')
  expect(localToken(undefined, {})).toHaveProperty('missing')
  expect(localToken(empty, {})).toHaveProperty('missing')
  expect(localToken(folder, {})).toHaveProperty('missing')
  expect(localToken(join(folder, 'no', 'folder'), {})).toHaveProperty('missing')
  expect(localToken(undefined, { AWS_TOKEN: `file://${join(folder, 'none')}` })).toHaveProperty('missing')
})

test('only the token itself is the token', () => {
  const token = new Secret('abc')
  expect(showsToken('abc', token)).toBe(true)
  for (const shown of [undefined, '', 'ab', 'abcd', 'ABC', 'abc ']) expect(showsToken(shown, token)).toBe(false)
})
