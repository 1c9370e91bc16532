import { expect, test } from 'vitest'
import { readJsonObject } from './json-object.ts'

test.each(['', 'x', '[]', '[{}]', 'null', '1', '"{}"', '{', '{}x'])('%j is no object', (text) => {
  expect(readJsonObject(text)).toBeUndefined()
})

test('an object is read with all of its own members', () => {
  expect(readJsonObject(' {"a":[1],"b":null} ')).toEqual({ a: [1], b: null })
  const tricky = readJsonObject('{"__proto__":{"a":1}}')
  expect(Object.keys(tricky ?? {})).toEqual(['__proto__'])
  expect(tricky?.['a']).toBeUndefined()
})
