import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { DatabaseFault } from './database.ts'
import { readDatabaseSecret, withCredentials } from './database-secret.ts'
import { grantFor } from './engines/mysql.ts'
import { rulesOf } from './engines/redis.ts'
import { newPassword } from './new-password.ts'
import { engines, openRotators } from './open-rotators.ts'

const place = { partition: 'aws', region: 'us-east-1', account: '111111111111' }
const database = { connectMilliseconds: 2_000, statementMilliseconds: 2_000 }
const rotators = openRotators({ database, webhook: () => undefined, forward: () => undefined })
const whole = { host: 'db.example', username: 'u', password: 'p' }
const read = (members: unknown) => readDatabaseSecret(new Secret(JSON.stringify(members)))

test.each([
  [[], 'it must be a JSON object.'],
  [null, 'it must be a JSON object.'],
  [{ ...whole, host: undefined }, 'host must be the name or address of the database server.'],
  [{ ...whole, host: 'db.example/?x=y' }, 'host must be the name or address of the database server.'],
  [{ ...whole, username: 'a\nb' }, 'username must be the name of a database user.'],
  [{ ...whole, username: 'a\0b' }, 'username must be the name of a database user.'],
  [{ ...whole, password: '' }, 'password must be the password of the database user.'],
  [{ ...whole, port: 0 }, 'port must be a number from 1 to 65535.'],
  [{ ...whole, port: '5432x' }, 'port must be a number from 1 to 65535.'],
  [{ ...whole, ssl: 'maybe' }, 'ssl must be true or false.'],
  [{ ...whole, engine: 5 }, 'engine must be a text.'],
  [{ ...whole, dbname: 'a\rb' }, 'dbname must be the name of a database.'],
])('%j is no secret of a database', (members, refused) => {
  expect(read(members)).toEqual({ refused })
})

test('ports are numbers or texts of such; the connection is encrypted unless the secret says no', () => {
  const of = (members: object) => {
    const found = read({ ...whole, ...members })
    return 'secret' in found ? found.secret : undefined
  }
  expect(of({ port: '5432' })?.port).toBe(5432)
  expect(of({})?.tls).toBe(true)
  expect(of({ ssl: false })?.tls).toBe(false)
  expect(of({ ssl: 'no' })?.tls).toBe(false)
})

test('whatever a secret holds is read or refused, and kept in the next version', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.record({
          host: fc.string(),
          username: fc.string(),
          password: fc.string(),
          ssl: fc.boolean(),
          more: fc.jsonValue(),
        }),
      ),
      (members) => {
        const found = read(members)
        if ('refused' in found) return
        const next = JSON.parse(withCredentials(found.secret, 'next', new Secret('new')).reveal()) as object
        const given = JSON.parse(JSON.stringify(members)) as object
        expect(next).toEqual({ ...given, username: 'next', password: 'new' })
      },
    ),
    { numRuns: 500, seed: 6 },
  )
})

test('any text may be asked for as a rotator', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `keyturn:rotator/${text}`),
        fc.string().map((text) => `keyturn:rotator/generic?${text}`),
        fc.string().map((text) => `keyturn:webhook/${text}`),
      ),
      (text) => {
        const found = rotators.find(text, place)
        if (!found && text.startsWith('keyturn:')) expect(rotators.whyNone(text, place)).toMatch(/^[A-Z].+\.$/)
        if (found)
          expect(found.arn).toMatch(/^arn:aws:lambda:us-east-1:111111111111:function:keyturn-rotator-[a-z0-9-]+$/)
      },
    ),
    { numRuns: 1000, seed: 6 },
  )
})

test('what a server says of rights is read in linear time', () => {
  const long = 'x'.repeat(100_000)
  expect(grantFor(`GRANT ${long} TO '${long}`, 'b')).toBeUndefined()
  expect(grantFor(`GRANT ${' TO '.repeat(20_000)}`, 'b')).toBeUndefined()
  expect(rulesOf(`${'('.repeat(50_000)}${long}`)).toHaveLength(1)
})

const row = Object.entries(engines)

test.each(row)('%s makes passwords of every kind, without what it takes badly', (_name, { password }) => {
  for (let round = 0; round < 20; round++) {
    const text = newPassword(password).reveal()
    expect(text).toHaveLength(password.length)
    for (const character of password.excluded) expect(text).not.toContain(character)
    for (const kind of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(text).toMatch(kind)
  }
})

test.each(row)('%s says of a server that is not there that it is unavailable', async (_name, engine) => {
  const login = {
    host: '127.0.0.1',
    port: 1,
    user: 'u',
    password: new Secret('p'),
    database: undefined,
    tls: undefined,
  }
  const opened = engine.open({ ...login, ...database })
  await expect(opened).rejects.toThrow(DatabaseFault)
  await expect(opened).rejects.toMatchObject({ kind: 'unavailable' })
})
