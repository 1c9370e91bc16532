import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AwsError } from './errors.ts'
import { addTags, removeTags, type Tag, type TagRules, tagValues } from './tags.ts'

const tag = (key: string, value = 'x'): Tag => ({ key, value })
const refusing = (code: string) => () => new AwsError(code, code)
const rules: TagRules = { reserved: refusing('Reserved'), tooMany: (most) => new AwsError('Many', `${most}`) }
const distinct: TagRules = { ...rules, repeated: refusing('Repeated') }
const caseless: TagRules = { ...distinct, caseless: true }

test('a key that is there keeps its place, and takes the new spelling and value', () => {
  const present = [tag('b'), tag('a')]
  expect(addTags(present, [tag('c'), tag('b', 'new')], rules)).toEqual([tag('b', 'new'), tag('a'), tag('c')])
  expect(addTags(present, [tag('B', 'new')], rules)).toEqual([tag('b'), tag('a'), tag('B', 'new')])
  expect(addTags(present, [tag('B', 'new')], caseless)).toEqual([tag('B', 'new'), tag('a')])
  expect(removeTags(present, ['B', 'a', 'none'])).toEqual([tag('b')])
  expect(removeTags(present, ['B', 'a', 'none'], caseless)).toEqual([])
})

test('keys that are reserved, or there twice, are refused in their order', () => {
  expect(() => addTags([], [tag('a'), tag('AWS:a'), tag('a')], distinct)).toThrow('Reserved')
  expect(() => addTags([], [tag('a'), tag('a'), tag('aws:a')], distinct)).toThrow('Repeated')
  expect(() => addTags([], [tag('a'), tag('A')], caseless)).toThrow('Repeated')
  expect(addTags([], [tag('a'), tag('A')], distinct)).toHaveLength(2)
  expect(addTags([], [tag('a', '1'), tag('a', '2')], rules)).toEqual([tag('a', '2')])
})

test('fifty tags are the most, counted after keys that are the same became one', () => {
  const fifty = Array.from({ length: 50 }, (_one, index) => tag(`k${index}`))
  expect(addTags(fifty, [tag('K0')], caseless)).toHaveLength(50)
  expect(() => addTags(fifty, [tag('K0')], rules)).toThrow('50')
})

test('what was added is there, and what was removed is gone, whatever the keys are called', () => {
  const keys = fc.uniqueArray(fc.oneof(fc.string({ maxLength: 8 }), fc.constant('__proto__')), { maxLength: 50 })
  fc.assert(
    fc.property(keys, (names) => {
      const wanted = names.filter((name) => !/^aws:/i.test(name)).map((name) => tag(name, `of ${name}`))
      const tags = addTags([], wanted, rules)
      expect(tags).toEqual(wanted)
      const values = tagValues(tags)
      expect(Object.keys(values)).toHaveLength(wanted.length)
      for (const { key, value } of wanted) expect(values[key]).toBe(value)
      expect(removeTags(tags, names)).toEqual([])
    }),
  )
})
