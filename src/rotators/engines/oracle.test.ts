import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OracleError } from '../../../test/fakes/oracle/tokens.ts'
import { Secret } from '../../base/secret.ts'
import { first, next, oracleBench } from './oracle.test-support.ts'

const { server, start, stop, open, openAsAdmin, asAdmin, user } = oracleBench()
beforeEach(() => start())
afterEach(stop)

describe('a login', () => {
  test.each(['locked', 'expired', 'bare', 'wrong', 'nobody'])('of a user who is %s', async (kind) => {
    const expected = {
      locked: { kind: 'login-refused', code: 'ORA-28000' },
      expired: { kind: 'refused', code: 'ORA-28001' },
      bare: { kind: 'refused', code: 'ORA-01045' },
      wrong: { kind: 'login-refused', code: 'ORA-01017' },
      nobody: { kind: 'login-refused', code: 'ORA-01017' },
    }[kind]
    if (kind !== 'nobody') server().makeUser('JOE', kind === 'wrong' ? 'another' : 'first-password')
    if (kind === 'locked') user('JOE').locked = true
    if (kind === 'expired') user('JOE').expired = true
    if (kind === 'bare') user('JOE').roles.clear()
    await expect(open()).rejects.toMatchObject(expected ?? {})
    await expect.poll(() => server().connections()).toBe(0)
  })

  test('with a word that the password ends soon', async () => {
    server().makeUser('JOE', 'first-password')
    server().mischief.warning = [28_002, 'ORA-28002: the password will expire within 7 days\n']
    await (await open()).close()
  })

  test('to a service that is not there, and at a listener that refuses', async () => {
    await expect(open({ database: 'other' })).rejects.toMatchObject({ kind: 'unavailable', code: 'NJS-518' })
    server().mischief.refuse = 12_516
    await expect(open()).rejects.toMatchObject({ kind: 'unavailable', code: 'NJS-511' })
    for (const database of ['orcl?wallet_location=/tmp', '(SERVICE_NAME=x)', 'a/b', ''])
      await expect(open({ database })).rejects.toMatchObject({ kind: 'refused', code: 'dbname' })
  })

  test.each(['quo"te', '"quoted"', 'x" IDENTIFIED BY "y'])(
    'of %s is not tried: no name holds a quote',
    async (name) => {
      await expect(open({ user: name })).rejects.toMatchObject({ kind: 'refused', code: 'quote' })
      const session = await openAsAdmin()
      await expect(session.changePassword(name, next)).rejects.toMatchObject({ kind: 'refused' })
      await expect(session.cloneUser('joe', name, next)).rejects.toMatchObject({ kind: 'refused' })
      expect(await session.hasUser(name)).toBe(false)
      await session.close()
      expect(server().statements.filter((sql) => !sql.startsWith('SELECT'))).toEqual([])
    },
  )
})

test.each([
  [942, 'refused'],
  [972, 'refused'],
  [1031, 'refused'],
  [28_008, 'refused'],
  [28_221, 'refused'],
  [988, 'password-refused'],
  [28_003, 'password-refused'],
  [28_007, 'password-refused'],
  [1918, 'user-missing'],
  [20, 'unavailable'],
  [1013, 'unavailable'],
  [1034, 'unavailable'],
  [600, 'unavailable'],
  [28, 'unavailable'],
  [3113, 'unavailable'],
])('ORA-%i of a statement says: %s', async (number, kind) => {
  const session = await openAsAdmin()
  server().mischief.failAt = {
    at: /^ALTER USER/,
    error: new OracleError(number, 'with IDENTIFIED BY "Next-password1"'),
  }
  const fault = await session.changePassword('joe', next).catch((error: unknown) => error)
  expect(fault).toMatchObject({ kind })
  expect(JSON.stringify(fault) + String(fault) + (fault as Error).stack).not.toContain('Next-password1')
  await session.close()
})

describe('passwords', () => {
  test('hold every sign that new ones may hold, and those that only other clients do', async () => {
    server().makeUser('JOE', 'first-password')
    let present = first
    for (const text of [`!#$%()*+,-.:<=>?[]^_\`{|}~aA1:x`, `--/*'q'[;&\\ @`, ':name', 'ñandú€', 'x'.repeat(30)]) {
      const session = await open({ password: present })
      await session.changeOwnPassword(new Secret(text), present)
      await session.close()
      present = new Secret(text)
      await (await open({ password: present })).close()
    }
    expect(user('JOE').earlier).toHaveLength(5)
  })

  test('with a quote are not sent', async () => {
    const session = await openAsAdmin()
    const quote = new Secret('a" REPLACE "b')
    await expect(session.changePassword('joe', quote)).rejects.toMatchObject({ kind: 'password-refused' })
    await expect(session.changeOwnPassword(next, quote)).rejects.toMatchObject({ kind: 'refused' })
    await session.close()
    expect(server().statements).toEqual([])
  })

  test('are changed with the present one, which a profile that verifies asks for', async () => {
    server().makeUser('JOE', 'first-password')
    server().database.profiles.set('STRICT', { verify: () => undefined, refusesEarlier: true })
    user('JOE').profile = 'STRICT'
    const session = await open()
    await expect(session.changeOwnPassword(next, new Secret('wrong'))).rejects.toMatchObject({ code: 'ORA-28008' })
    await session.changeOwnPassword(next, first)
    await expect(session.changeOwnPassword(first, next)).rejects.toMatchObject({ kind: 'password-refused' })
    await expect(session.changePassword('joe', next)).rejects.toMatchObject({ code: 'ORA-28221' })
    await expect(session.changePassword('admin', next)).rejects.toMatchObject({ code: 'ORA-01031' })
    await expect(session.hasUser('joe')).rejects.toMatchObject({ code: 'ORA-00942' })
    await session.close()
    await (await open({ password: next })).close()
  })

  test('of users who are not there are not changed', async () => {
    await asAdmin((session) =>
      expect(session.changePassword('nobody', next)).rejects.toMatchObject({ kind: 'user-missing', code: 'ORA-01918' }),
    )
  })
})
