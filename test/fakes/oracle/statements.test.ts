import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCall } from './calls.ts'
import { releases } from './release.ts'
import { parseStatement } from './statements.ts'
import { OracleError, tokensOf } from './tokens.ts'
import { WireReader, WireWriter } from './wire.ts'

const release = releases['19c']

function outcome(sql: string): unknown {
  try {
    return parseStatement(sql, release)
  } catch (error) {
    return error instanceof OracleError ? error.number : error
  }
}

test.each([
  [`ALTER USER joe IDENTIFIED BY Secret`, { kind: 'alter-user', user: 'JOE', password: 'Secret' }],
  [`ALTER USER "joe" IDENTIFIED BY "a'b--c/*d" REPLACE "e:f"`, { user: 'joe', password: "a'b--c/*d", replaced: 'e:f' }],
  [
    `create /* one */ user "o'b; x" identified by "p" -- two\n profile "P q" account lock`,
    { user: "o'b; x", profile: 'P q' },
  ],
  [`GRANT SELECT ON "A"."b c" TO "D" WITH GRANT OPTION`, { what: 'SELECT', to: 'D', options: ['GRANT'] }],
  [`GRANT "role" TO joe WITH ADMIN OPTION`, { what: 'role', on: undefined, to: 'JOE', options: ['ADMIN'] }],
  [`SELECT 1 FROM dba_users WHERE username = :name AND account_status NOT LIKE '%L''%'`, { binds: ['NAME'] }],
])('%s', (sql, statement) => {
  expect(outcome(sql)).toMatchObject(statement)
})

/** What would come of a name or a password that was not quoted as it should be. */
test.each([
  [`ALTER USER o'brien IDENTIFIED BY "p"`, 1756],
  [`ALTER USER "quo"te" IDENTIFIED BY "p"`, 1740],
  [`ALTER USER joe IDENTIFIED BY "a"b"`, 1740],
  [`ALTER USER joe IDENTIFIED BY "a" "b"`, 922],
  [`ALTER USER joe IDENTIFIED BY 'p'`, 988],
  [`ALTER USER joe IDENTIFIED BY 1abc`, 988],
  [`ALTER USER joe IDENTIFIED BY a%b`, 911],
  [`ALTER USER joe IDENTIFIED BY :password`, 988],
  [`ALTER USER joe IDENTIFIED BY ""`, 1741],
  [`ALTER USER joe IDENTIFIED BY "${'x'.repeat(31)}"`, 972],
  [`ALTER USER per%cent IDENTIFIED BY "p"`, 911],
  [`ALTER USER two words IDENTIFIED BY "p"`, 922],
  [`ALTER USER IDENTIFIED BY "p"`, 922],
  [`ALTER USER "${'é'.repeat(65)}" IDENTIFIED BY "p"`, 972],
  [`CREATE USER joe`, 922],
  [`CREATE USER joe IDENTIFIED BY "p" REPLACE "q"`, 922],
  [`GRANT SELECT ON a.b c TO d`, 990],
  [`GRANT two words TO`, 987],
  [`GRANT SELECT ON a TO joe WITH ADMIN OPTION`, 994],
  [`SELECT 1 FROM dual;`, 911],
  [`SELECT 1 FROM dual WHERE a LIKE 'b'`, 920],
  [`SELECT 1 FROM dual dual`, 933],
  [`DROP USER joe`, 900],
])('%s is ORA-%i', (sql, number) => {
  expect(outcome(sql)).toBe(number)
})

test('whatever comes is a statement or an error of the server', () => {
  const word = fc.constantFrom(
    'ALTER',
    'USER',
    'GRANT',
    'TO',
    'ON',
    'SELECT',
    'FROM',
    'IDENTIFIED',
    'BY',
    '"',
    "'",
    '.',
    ':',
    '(',
  )
  const text = fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 12 }).map((words) => words.join(' '))
  fc.assert(
    fc.property(text, (sql) => {
      const found = outcome(sql)
      expect(typeof found === 'number' || (found as { kind?: string }).kind).toBeTruthy()
    }),
    { numRuns: 500 },
  )
})

test('a name in quotes is one token, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      fc.pre(!/["\0]/.test(text))
      expect(tokensOf(`"${text}"`)).toEqual([{ kind: 'quoted', text }])
    }),
  )
})

test('numbers and texts come out of the wire as they went in', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffff_ffff }), fc.string({ maxLength: 600, unit: 'binary' }), (number, text) => {
      const reader = new WireReader(new WireWriter().integer(number).counted(text).integer(number).finish())
      expect([reader.integer(), reader.text(), reader.integer(), reader.left]).toEqual([number, text, number, 0])
    }),
    { numRuns: 200 },
  )
})

test('what is no call is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(3, 17, 34, 1, 2), (bytes, message) => {
      try {
        const call = readCall(
          Buffer.from([message, ...bytes]),
          releases['23ai'],
          () => 1,
          () => undefined,
        )
        expect(call.kind).toBeTypeOf('string')
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }),
    { numRuns: 500 },
  )
})
