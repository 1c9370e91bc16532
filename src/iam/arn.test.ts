import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatArn, parseArn } from './arn.ts'

test.each([
  'arn:aws:iam::111122223333:user/dev/bob',
  'arn:aws:secretsmanager:us-east-1:111122223333:secret:a:b/c-abcdef',
  'arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/x',
  'arn:aws:iam::aws:policy/ReadOnlyAccess',
  'arn:aws:s3:::bucket/key with spaces',
])('%s comes back as it was', (text) => {
  const arn = parseArn(text)
  expect(arn && formatArn(arn)).toBe(text)
})

test('names the parts', () => {
  expect(parseArn('arn:aws:secretsmanager:us-east-1:111122223333:secret:a:b')).toEqual({
    partition: 'aws',
    service: 'secretsmanager',
    region: 'us-east-1',
    account: '111122223333',
    resource: 'secret:a:b',
  })
})

test.each([
  '',
  'arn',
  'arn:aws:iam::111122223333',
  'arn:aws:iam::111122223333:',
  'ARN:aws:iam::111122223333:root',
  'arn:aws:iam::11112222333:root',
  'arn:aws:iam::1111222233334:root',
  'arn:*:iam::111122223333:root',
  'arn:aws:*::111122223333:root',
  'arn:aws:iam:*:111122223333:root',
  'arn::iam::111122223333:root',
  'arn:aws:::111122223333:root',
  ' arn:aws:iam::111122223333:root',
  `arn:aws:iam::111122223333:${'x'.repeat(3000)}`,
])('%.60s is no ARN', (text) => {
  expect(parseArn(text)).toBeUndefined()
})

test('parse undoes format', () => {
  const arn = fc.record({
    partition: fc.constantFrom('aws', 'aws-cn', 'aws-us-gov'),
    service: fc.constantFrom('kms', 'secretsmanager', 's3'),
    region: fc.constantFrom('', 'us-east-1', 'eu-central-2'),
    account: fc.constantFrom('', '111122223333', 'aws'),
    resource: fc.string({ minLength: 1, maxLength: 200 }),
  })
  fc.assert(
    fc.property(arn, (value) => {
      expect(parseArn(formatArn(value))).toEqual(value)
    }),
  )
})

test('whatever parses, formats back', () => {
  const text = fc.string({
    unit: fc.constantFrom('arn', ':', 'aws', 'iam', '111122223333', '/', '*', '-', 'é'),
    maxLength: 14,
  })
  fc.assert(
    fc.property(text, (value) => {
      const arn = parseArn(value)
      if (arn) expect(formatArn(arn)).toBe(value)
    }),
    { numRuns: 5000 },
  )
})
