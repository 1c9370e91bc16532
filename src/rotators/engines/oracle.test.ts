import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { rootCertificates } from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeOracle, type FakeOracleOptions, startOracle } from '../../../test/fakes/oracle.ts'
import type { Mischief } from '../../../test/fakes/oracle/connection.ts'
import { addRole, type User } from '../../../test/fakes/oracle/database.ts'
import { releases } from '../../../test/fakes/oracle/release.ts'
import { OracleError } from '../../../test/fakes/oracle/tokens.ts'
import { findProgram } from '../../../test/mariadb.ts'
import { localhost } from '../../../test/tls/certificate.ts'
import { Secret } from '../../base/secret.ts'
import type { Login } from '../database.ts'
import { oracle } from './oracle.ts'

let server: FakeOracle

const start = async (options: FakeOracleOptions = {}) => {
  await server?.stop()
  server = await startOracle(options)
}
beforeEach(() => start())
afterEach(async () => {
  expect(server.complaints).toEqual([])
  await server.stop()
})

/** The driver ends connections that nobody holds any more when they are collected, and throws where nobody catches if it cannot. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    await setImmediate()
  }
}

const first = new Secret('first-password')
const next = new Secret('Next-password1')

function loginOf(more: Partial<Login> = {}): Login {
  const limits = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
  const place = { host: '127.0.0.1', port: server.port, database: undefined, tls: undefined }
  return { ...place, ...limits, user: 'joe', password: first, ...more }
}

const open = (more?: Partial<Login>) => oracle.open(loginOf(more))
const openAsAdmin = (more?: Partial<Login>) =>
  open({ user: server.admin.user, password: new Secret(server.admin.password), ...more })

async function asAdmin<T>(work: (session: Awaited<ReturnType<typeof openAsAdmin>>) => Promise<T>): Promise<T> {
  const session = await openAsAdmin()
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

function user(name: string): User {
  const found = server.database.users.get(name)
  if (!found) throw new Error(`There is no ${name}.`)
  return found
}

describe('a login', () => {
  test.each(['locked', 'expired', 'bare', 'wrong', 'nobody'])('of a user who is %s', async (kind) => {
    const expected = {
      locked: { kind: 'login-refused', code: 'ORA-28000' },
      expired: { kind: 'refused', code: 'ORA-28001' },
      bare: { kind: 'refused', code: 'ORA-01045' },
      wrong: { kind: 'login-refused', code: 'ORA-01017' },
      nobody: { kind: 'login-refused', code: 'ORA-01017' },
    }[kind]
    if (kind !== 'nobody') server.makeUser('JOE', kind === 'wrong' ? 'another' : 'first-password')
    if (kind === 'locked') user('JOE').locked = true
    if (kind === 'expired') user('JOE').expired = true
    if (kind === 'bare') user('JOE').roles.clear()
    await expect(open()).rejects.toMatchObject(expected ?? {})
    await expect.poll(() => server.connections()).toBe(0)
  })

  test('with a word that the password ends soon', async () => {
    server.makeUser('JOE', 'first-password')
    server.mischief.warning = [28_002, 'ORA-28002: the password will expire within 7 days\n']
    await (await open()).close()
  })

  test('to a service that is not there, and at a listener that refuses', async () => {
    await expect(open({ database: 'other' })).rejects.toMatchObject({ kind: 'unavailable', code: 'NJS-518' })
    server.mischief.refuse = 12_516
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
      expect(server.statements.filter((sql) => !sql.startsWith('SELECT'))).toEqual([])
    },
  )
})

describe('time', () => {
  const hasty = { statementMilliseconds: 300 }
  afterEach(collectGarbage)

  test.each<[NonNullable<Mischief['hangAt']>['at'], string]>([
    ['accept', 'connecting'],
    ['login', 'a login'],
    ['protocol', 'the first word'],
  ])('ends %s that nobody answers', async (at) => {
    for (const release of [releases['19c'], releases['23ai']]) {
      await start({ release })
      server.mischief.hangAt = { at, deaf: true }
      if (at !== 'protocol' || !release.fastLogin) {
        await expect(openAsAdmin({ connectMilliseconds: 200 })).rejects.toMatchObject({
          kind: 'unavailable',
          code: 'ETIMEDOUT',
        })
      }
      await expect.poll(() => server.connections()).toBe(0)
    }
  })

  test.each([true, false])('ends a statement that is not answered; the server is deaf: %s', async (deaf) => {
    const session = await openAsAdmin(hasty)
    server.mischief.hangAt = { at: /^ALTER USER/, deaf }
    const code = deaf ? 'ETIMEDOUT' : 'NJS-123'
    await expect(session.changePassword('joe', next)).rejects.toMatchObject({ kind: 'unavailable', code })
    if (!deaf) expect(await session.hasUser('joe')).toBe(false)
    await session.close().catch(() => undefined)
    await expect.poll(() => server.connections()).toBe(0)
  })

  test('ends a statement on an encrypted connection that is not answered', async () => {
    await start({ tls: localhost })
    const session = await openAsAdmin({ ...hasty, tls: { ca: localhost.cert } })
    server.mischief.hangAt = { at: /^ALTER USER/, deaf: true }
    await expect(session.changePassword('joe', next)).rejects.toMatchObject({ kind: 'unavailable', code: 'ETIMEDOUT' })
    await session.close().catch(() => undefined)
    await expect.poll(() => server.connections()).toBe(0)
  })

  test('ends a farewell that is not answered', async () => {
    const session = await openAsAdmin()
    server.mischief.hangAt = { at: 'logoff', deaf: true }
    await expect(session.close()).rejects.toMatchObject({ kind: 'unavailable' })
    await expect.poll(() => server.connections()).toBe(0)
  })
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
  server.mischief.failAt = { at: /^ALTER USER/, error: new OracleError(number, 'with IDENTIFIED BY "Next-password1"') }
  const fault = await session.changePassword('joe', next).catch((error: unknown) => error)
  expect(fault).toMatchObject({ kind })
  expect(JSON.stringify(fault) + String(fault) + (fault as Error).stack).not.toContain('Next-password1')
  await session.close()
})

describe('passwords', () => {
  test('hold every sign that new ones may hold, and those that only other clients do', async () => {
    server.makeUser('JOE', 'first-password')
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
    expect(server.statements).toEqual([])
  })

  test('are changed with the present one, which a profile that verifies asks for', async () => {
    server.makeUser('JOE', 'first-password')
    server.database.profiles.set('STRICT', { verify: () => undefined, refusesEarlier: true })
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

describe('a clone', () => {
  const things = { type: 'TABLE', owner: 'APP', name: 'THINGS', column: undefined }

  test('has the profile, roles and privileges of its model', async () => {
    for (const release of Object.values(releases)) {
      await start({ release })
      const { database } = server
      server.makeUser('JOE', 'first-password')
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
      server.makeUser('JOE', 'first-password')
      for (let number = 0; number < 250; number++) {
        const name = `Things of the year ${number}, ${'x'.repeat(90)}`
        server.database.objects.add(`TABLE APP.${name.slice(0, release.longestName)}`)
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
    server.makeUser('JOE', 'first-password')
    for (const at of [/^CREATE USER/, /^GRANT/, /^ALTER USER .* UNLOCK/]) {
      for (const done of [false, true]) {
        server.database.users.delete('JOE_CLONE')
        server.mischief.cutAt = { at, done }
        const half = await openAsAdmin()
        await expect(half.cloneUser('joe', 'joe_clone', next)).rejects.toMatchObject({ kind: 'unavailable' })
        await half.close().catch(() => undefined)
        server.mischief.cutAt = undefined
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
    server.makeUser('JOE', 'first-password')
    await asAdmin((session) =>
      expect(session.cloneUser('joe', name, next)).rejects.toMatchObject({ code: 'ORA-00972' }),
    )
    expect(oracle.longestUser).toBe(releases['19c'].longestName)
  })
})

describe('an encrypted connection', () => {
  beforeEach(() => start({ tls: localhost }))

  test('is made where the authority is known', async () => {
    for (const ca of [localhost.cert, `${rootCertificates[0]}\n${localhost.cert}`]) {
      const session = await openAsAdmin({ tls: { ca } })
      expect(await session.hasUser('joe')).toBe(false)
      await session.close()
    }
    expect(server.clientCertificates()).toBe(0)
  })

  test.each([undefined, rootCertificates[0]])('is not made where it is not, and nothing is sent', async (ca) => {
    await expect(openAsAdmin({ tls: { ca } })).rejects.toMatchObject({ kind: 'unavailable', code: 'NJS-506' })
    expect(server.bytes()).toBe(0)
  })

  test.each(['', 'no certificate', localhost.key])('needs authorities that are some', async (ca) => {
    await expect(openAsAdmin({ tls: { ca } })).rejects.toMatchObject({ kind: 'refused', code: 'ca' })
  })

  test('is not made to a server that does not speak it, nor a plain one to one that does', async () => {
    await expect(openAsAdmin({ connectMilliseconds: 200 })).rejects.toMatchObject({ kind: 'unavailable' })
    expect(server.bytes()).toBe(0)
    await start()
    const tls = { ca: localhost.cert }
    await expect(openAsAdmin({ tls, connectMilliseconds: 200 })).rejects.toMatchObject({ kind: 'unavailable' })
    await expect.poll(() => server.connections()).toBe(0)
  })

  const openssl = findProgram('openssl')
  test.skipIf(!openssl)('is not made to a server with another name, whatever kind its key is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-oracle-'))
    try {
      for (const algorithm of ['ed25519', 'rsa:2048']) {
        const make = (name: string) => {
          const flags = ['req', '-x509', '-newkey', algorithm, '-nodes', '-keyout', 'key', '-out', 'cert', '-days', '2']
          execFileSync(openssl ?? '', [...flags, '-subj', '/CN=oracle', '-addext', `subjectAltName=${name}`], {
            cwd: folder,
            stdio: 'pipe',
          })
          return { cert: readFileSync(join(folder, 'cert'), 'utf8'), key: readFileSync(join(folder, 'key'), 'utf8') }
        }
        const right = make('IP:127.0.0.1')
        await start({ tls: right })
        await (await openAsAdmin({ tls: { ca: right.cert } })).close()
        const wrong = make('DNS:oracle.example')
        await start({ tls: wrong })
        await expect(openAsAdmin({ tls: { ca: wrong.cert } })).rejects.toMatchObject({ code: 'NJS-506' })
        expect(server.bytes()).toBe(0)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
