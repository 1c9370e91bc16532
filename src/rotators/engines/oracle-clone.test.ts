import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addRole } from '../../../test/fakes/oracle/database.ts'
import { releases } from '../../../test/fakes/oracle/release.ts'
import { first, next, oracleBench } from './oracle.test-support.ts'
import { oracle } from './oracle.ts'

const { server, start, stop, open, openAsAdmin, asAdmin, user } = oracleBench()
beforeEach(() => start())
afterEach(stop)

describe('a clone', () => {
  const things = { type: 'TABLE', owner: 'APP', name: 'THINGS', column: undefined }

  test('has the profile, roles and privileges of its model', async () => {
    for (const release of Object.values(releases)) {
      await start({ release })
      const { database } = server()
      server().makeUser('JOE', 'first-password')
      const joe = user('JOE')
      database.profiles.set('Long lived', {})
      joe.profile = 'Long lived'
      addRole(database, 'Mixed Case')
      addRole(database, 'PLAIN')
      joe.roles.set('Mixed Case', true).set('PLAIN', false)
      joe.privileges.set('CREATE TABLE', true).set('UNLIMITED TABLESPACE', false)
      joe.objects.push(
        { ...things, privilege: 'SELECT', grantable: true, hierarchy: true },
        {
          ...things,
          privilege: 'READ',
          type: 'DIRECTORY',
          owner: 'SYS',
          name: 'EXPORTS',
          grantable: false,
          hierarchy: false,
        },
        { ...things, privilege: 'UPDATE', column: 'Price', grantable: true, hierarchy: false },
      )
      joe.objects.push({ ...things, privilege: 'SELECT', name: 'BIN$dropped==$0', grantable: false, hierarchy: false })
      await asAdmin((session) => session.cloneUser('joe', 'joe_clone', next))
      joe.objects.pop()
      const { profile, roles, privileges, objects } = user('JOE_CLONE')
      expect({ profile, roles, privileges, objects }).toEqual({
        profile: joe.profile,
        roles: joe.roles,
        privileges: joe.privileges,
        objects: joe.objects,
      })
      await (await open({ user: 'joe_clone', password: next })).close()
    }
  })

  test('takes more privileges than one answer holds', async () => {
    for (const release of Object.values(releases)) {
      await start({ release })
      server().makeUser('JOE', 'first-password')
      for (let number = 0; number < 250; number++) {
        const name = `Things of the year ${number}, ${'x'.repeat(90)}`
        server().database.objects.add(`TABLE APP.${name.slice(0, release.longestName)}`)
        user('JOE').objects.push({
          ...things,
          name: name.slice(0, release.longestName),
          privilege: 'SELECT',
          grantable: false,
          hierarchy: false,
        })
      }
      await asAdmin((session) => session.cloneUser('joe', 'joe_clone', next))
      expect(user('JOE_CLONE').objects).toEqual(user('JOE').objects)
    }
  })

  test('is locked, and does not count, until it is whole', async () => {
    server().makeUser('JOE', 'first-password')
    for (const at of [/^CREATE USER/, /^GRANT/, /^ALTER USER .* UNLOCK/]) {
      for (const done of [false, true]) {
        server().database.users.delete('JOE_CLONE')
        server().mischief.cutAt = { at, done }
        const half = await openAsAdmin()
        await expect(half.cloneUser('joe', 'joe_clone', next)).rejects.toMatchObject({ kind: 'unavailable' })
        await half.close().catch(() => undefined)
        server().mischief.cutAt = undefined
        const whole = done && at.source.includes('UNLOCK')
        expect(await asAdmin((session) => session.hasUser('joe_clone'))).toBe(whole)
        await asAdmin((session) => session.cloneUser('joe', 'joe_clone', first))
        expect(await asAdmin((session) => session.hasUser('joe_clone'))).toBe(true)
        await (await open({ user: 'joe_clone' })).close()
      }
    }
  })

  test('with a name that is too long for the server is not made', async () => {
    const name = 'x'.repeat(31)
    await start({ release: releases['12.1'] })
    server().makeUser('JOE', 'first-password')
    await asAdmin((session) =>
      expect(session.cloneUser('joe', name, next)).rejects.toMatchObject({ code: 'ORA-00972' }),
    )
    expect(oracle.longestUser).toBe(releases['19c'].longestName)
  })
})
