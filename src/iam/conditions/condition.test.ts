import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileCondition, conditionHolds } from './condition.ts'
import { operators } from './table.ts'

function holds(operator: string, values: readonly string[], actual: string | readonly string[] | undefined): boolean {
  return conditionHolds(compileCondition({ operator, key: 'Some:Key', values }, true), (name) =>
    name === 'some:key' ? actual : undefined,
  )
}

/** A value that each operator takes, for rules that hold for all of them. */
const sample = (name: string) => {
  if (name.startsWith('numeric')) return '5'
  if (name.startsWith('date')) return '2026-01-01T00:00:00Z'
  if (name.includes('ipaddress')) return '10.0.0.0/8'
  if (name.startsWith('arn')) return 'arn:aws:kms:us-east-1:111122223333:key/1'
  if (name === 'bool') return 'true'
  return 'QUJD'
}

test('there is a row for each operator that AWS publishes', () => {
  expect(operators.size).toBe(6 + 6 + 6 + 1 + 1 + 2 + 4)
})

test.each([...operators].map(([name, { negated }]) => [name, negated === true] as const))(
  '%s answers a missing key by the rules for all',
  (name, negated) => {
    const values = [sample(name)]
    expect(holds(name, values, undefined)).toBe(negated)
    expect(holds(`${name}IfExists`, values, undefined)).toBe(true)
    expect(holds(`ForAllValues:${name}`, values, undefined)).toBe(true)
    expect(holds(`ForAllValues:${name}`, values, [])).toBe(true)
    expect(holds(`ForAnyValue:${name}`, values, undefined)).toBe(false)
    expect(holds(`ForAnyValue:${name}`, values, [])).toBe(false)
    expect(holds(`ForAnyValue:${name}IfExists`, values, undefined)).toBe(true)
  },
)

test.each([...operators.keys()])('%s never takes what is not a value of its kind for one', (name) => {
  const negated = operators.get(name)?.negated === true
  expect(holds(name, [sample(name)], '\u0000')).toBe(negated)
  expect(holds(`${name}IfExists`, [sample(name)], '\u0000')).toBe(negated)
})

const values = fc.array(fc.constantFrom<string>('a', 'b', 'c'), { maxLength: 3 })

test('a negated operator is the opposite, on one value', () => {
  fc.assert(
    fc.property(values, fc.constantFrom('a', 'b', 'z'), (wanted, actual) => {
      expect(holds('StringNotEquals', wanted, actual)).toBe(!holds('StringEquals', wanted, actual))
      expect(holds('StringNotLike', wanted, actual)).toBe(!holds('StringLike', wanted, actual))
    }),
  )
})

test('the qualifiers say every and some', () => {
  fc.assert(
    fc.property(values, fc.array(fc.constantFrom('a', 'b', 'z'), { minLength: 1, maxLength: 3 }), (wanted, actual) => {
      expect(holds('ForAllValues:StringEquals', wanted, actual)).toBe(actual.every((value) => wanted.includes(value)))
      expect(holds('ForAnyValue:StringEquals', wanted, actual)).toBe(actual.some((value) => wanted.includes(value)))
      expect(holds('ForAllValues:StringNotEquals', wanted, actual)).toBe(
        actual.every((value) => !wanted.includes(value)),
      )
      expect(holds('ForAnyValue:StringNotEquals', wanted, actual)).toBe(actual.some((value) => !wanted.includes(value)))
    }),
  )
})

test('Null asks only whether the key is there', () => {
  expect(holds('Null', ['true'], undefined)).toBe(true)
  expect(holds('Null', ['true'], [])).toBe(true)
  expect(holds('Null', ['true'], '')).toBe(false)
  expect(holds('Null', ['false'], 'x')).toBe(true)
  expect(holds('Null', ['true', 'false'], undefined)).toBe(true)
  expect(holds('Null', [], 'x')).toBe(false)
})

test('a condition asks only for its own key', () => {
  const asked: string[] = []
  const condition = compileCondition({ operator: 'StringEquals', key: 'A:B', values: ['${C:D}', 'x'] }, true)
  conditionHolds(condition, (name) => {
    asked.push(name)
    return undefined
  })
  expect(asked).toEqual(['a:b'])
})
