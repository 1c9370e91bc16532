import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { CliError } from './output.ts'
import { fileFormats, readParameterFile, writeParameterFile } from './parameter-files.ts'
import type { NamedParameter } from './parameters.ts'

const sorted = (parameters: readonly NamedParameter[]) =>
  shown(parameters.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
const shown = (parameters: readonly NamedParameter[]) =>
  parameters.map(({ name, type, value }) => [name, type, value.reveal()])
const parameter = (name: string, value: string, type: NamedParameter['type'] = 'String') => ({
  name,
  type,
  value: new Secret(value),
})

describe('reading', () => {
  test('variables become parameters below the path', () => {
    const read = readParameterFile('env', 'A=1\nB="x y"\n', { path: '/prod/app/', type: 'SecureString' })
    expect(shown(read)).toEqual([
      ['/prod/app/A', 'SecureString', '1'],
      ['/prod/app/B', 'SecureString', 'x y'],
    ])
  })

  test('objects become levels, lists of texts StringLists', () => {
    const text = JSON.stringify({ db: { user: 'app', port: 5432, tls: true }, hosts: ['a', 'b'] })
    expect(shown(readParameterFile('json', text, { path: '/x', type: 'String' }))).toEqual([
      ['/x/db/user', 'String', 'app'],
      ['/x/db/port', 'String', '5432'],
      ['/x/db/tls', 'String', 'true'],
      ['/x/hosts', 'StringList', 'a,b'],
    ])
  })

  test('what the AWS CLI printed keeps its names, or moves below another path', () => {
    const Parameters = [
      { Name: '/old/app/db/user', Type: 'String', Value: 'u', Version: 3 },
      { Name: '/old/app/key', Type: 'SecureString', Value: 'k' },
    ]
    const text = JSON.stringify({ Parameters })
    expect(shown(readParameterFile('aws-export', text, { type: 'String' }))).toEqual([
      ['/old/app/db/user', 'String', 'u'],
      ['/old/app/key', 'SecureString', 'k'],
    ])
    expect(readParameterFile('aws-export', text, { path: '/new', type: 'String' }).map(({ name }) => name)).toEqual([
      '/new/db/user',
      '/new/key',
    ])
  })

  test.each([
    ['env', 'A=1\nA=2', 'The file has /p/A twice.'],
    ['env', 'A=1\nB', 'Line 2: '],
    ['json', '[1]', 'one JSON object'],
    ['json', '{"a":"canary', 'not JSON'],
    ['json', '{"a b":"canary"}', '«a b» cannot be'],
    ['json', '{"a":null}', '«a» must be'],
    ['json', '{"a":["canary,x"]}', '«a» must be'],
    ['aws-export', '{"SecretList":[]}', '{"Parameters": […]}'],
    ['aws-export', '{"Parameters":[{"Name":"/a","Type":"Text","Value":"canary"}]}', 'Entry 1'],
  ] as const)('%s %s is refused without a value', (format, text, message) => {
    const read = () => readParameterFile(format, text, { path: '/p', type: 'String' })
    expect(read).toThrow(message)
    expect(read).toThrow(expect.objectContaining({ message: expect.not.stringContaining('canary') }))
  })
})

describe('writing', () => {
  test('names of variables are the last levels, which must differ', () => {
    const one = parameter('/p/db/user-name', "o'neil")
    expect(writeParameterFile('env', '/p', [one])).toBe('USER_NAME="o\'neil"\n')
    expect(() => writeParameterFile('env', '/p', [one, parameter('/p/USER_NAME', 'x')])).toThrow('USER_NAME')
  })

  test('a value with others below it cannot be JSON', () => {
    const both = [parameter('/p/a', '1'), parameter('/p/a/b', '2')]
    expect(() => writeParameterFile('json', '/p', both)).toThrow('aws-export')
    expect(() => writeParameterFile('json', '/p', both.toReversed())).toThrow('aws-export')
  })
})

const level = fc.constantFrom('a', 'b', 'c-d', '__proto__', 'constructor')
const names = fc
  .uniqueArray(
    fc.array(level, { minLength: 1, maxLength: 3 }).map((levels) => levels.join('/')),
    { maxLength: 8 },
  )
  .map((all) => all.filter((name) => !all.some((other) => other !== name && other.startsWith(`${name}/`))))

test.each(['json', 'aws-export'] as const)('%s: what is written is read back', (format) => {
  fc.assert(
    fc.property(names, fc.string({ minLength: 1 }), (all, value) => {
      const parameters = all.map((name) => parameter(`/p/${name}`, value))
      const text = writeParameterFile(format, '/p', parameters)
      const options = format === 'json' ? { path: '/p', type: 'String' as const } : { type: 'String' as const }
      expect(sorted(readParameterFile(format, text, options))).toEqual(sorted(parameters))
    }),
  )
})

test('any text is read or refused in words', () => {
  fc.assert(
    fc.property(fc.constantFrom(...fileFormats), fc.oneof(fc.string(), fc.json()), (format, text) => {
      try {
        readParameterFile(format, text, { path: '/p', type: 'String' })
      } catch (error) {
        expect(error).toBeInstanceOf(CliError)
      }
    }),
    { numRuns: 1000 },
  )
})
