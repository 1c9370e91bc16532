import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { startVariables, variableName, variablesOf } from './environment.ts'

const sourced = (source: string, label: string, value = 'v') => ({ source, label, value: new Secret(value) })

test.each([
  ['db-password', 'DB_PASSWORD'],
  ['api.key', 'API_KEY'],
  ['Token2', 'TOKEN2'],
  ['2fast', undefined],
  ['', undefined],
])('%s is the variable %s', (label, name) => {
  expect(variableName(label)).toBe(name)
})

test('two values of one name are refused, with where they come from and without the values', () => {
  const values = [sourced('/a/db-key', 'db-key', 'canary'), sourced('/b/DB.KEY', 'DB.KEY', 'canary')]
  expect(() => variablesOf(values)).toThrow('/a/db-key and /b/DB.KEY would both be the variable DB_KEY.')
})

test.each(['path', 'LD_PRELOAD', 'node-options', 'bash.env', 'DYLD_INSERT_LIBRARIES', 'PythonPath'])(
  'a command is not started with %s',
  (label) => {
    expect(() => startVariables([sourced('x', label)])).toThrow('would change which code')
    expect(variablesOf([sourced('x', label)]).size).toBe(1)
  },
)

test('nor with a zero byte', () => {
  expect(() => startVariables([sourced('x', 'a', 'b\0c')])).toThrow('zero byte')
})
