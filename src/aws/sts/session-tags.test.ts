import { expect, test } from 'vitest'
import type { SessionFacts } from '../call.ts'
import { readSessionTags } from './session-tags.ts'

const tag = (Key: string, Value = 'x') => ({ Key, Value })

const calling: SessionFacts = {
  issuedAt: 0,
  mfaAuthenticated: false,
  issuer: { type: 'Role', arn: '', id: '', name: '' },
  tags: { Team: 'blue', stage: 'test' },
  transitiveTagKeys: ['team'],
}

const refused = (text: string) => expect.objectContaining({ code: 'InvalidParameterValue', text })

test('tags of the request, with the transitive ones in the spelling of the tags', () => {
  expect(readSessionTags({}, undefined)).toEqual({ tags: [], transitive: [] })
  const input = { Tags: [tag('One'), tag('two', 'y')], TransitiveTagKeys: ['one', 'ONE'] }
  expect(readSessionTags(input, undefined)).toEqual({
    tags: [
      ['One', 'x'],
      ['two', 'y'],
    ],
    transitive: ['One'],
  })
})

test('what the calling session hands on is there and stays', () => {
  expect(readSessionTags({ Tags: [tag('stage', 'prod')] }, calling)).toEqual({
    tags: [
      ['Team', 'blue'],
      ['stage', 'prod'],
    ],
    transitive: ['Team'],
  })
})

test.each([
  [
    { Tags: [tag('a')], TransitiveTagKeys: ['b'] },
    'The specified transitive tag key must be included in the requested tags.',
  ],
  [{ Tags: [tag('a'), tag('A')] }, 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'],
  [
    { Tags: [tag('TEAM')] },
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
  ],
  [{ Tags: [tag('AWS:team')] }, 'Tag keys beginning with aws: are reserved for system use.'],
])('%j is refused', (input, text) => {
  expect(() => readSessionTags(input, calling)).toThrow(refused(text))
})
