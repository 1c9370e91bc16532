import { expect, test } from 'vitest'
import { compilePolicy } from './compile-policy.ts'
import { allowsPublicAccess } from './public-access.ts'

function isPublic(...statements: readonly object[]): boolean {
  const whole = statements.map((statement) => ({
    Effect: 'Allow',
    Action: 'secretsmanager:*',
    Resource: '*',
    ...statement,
  }))
  const result = compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement: whole }), 'resource')
  if ('invalid' in result) throw new Error(JSON.stringify(result.invalid))
  return allowsPublicAccess(result.policy)
}

const when = (operator: string, key: string, ...values: string[]) => ({
  Principal: '*',
  Condition: { [operator]: { [key]: values } },
})

test.each<[string, object]>([
  ['everybody', { Principal: '*' }],
  ['everybody in AWS', { Principal: { AWS: '*' } }],
  ['everybody and somebody', { Principal: { AWS: ['111122223333', '*'] } }],
  ['all but somebody', { NotPrincipal: { AWS: '111122223333' } }],
  ['any service', { Principal: { Service: '*' } }],
  ['a key that the caller chooses', when('StringEquals', 'aws:UserAgent', 'x')],
  ['a negated operator', when('StringNotEquals', 'aws:PrincipalOrgID', 'o-1')],
  ['a key that may be missing', when('StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-1')],
  ['ForAllValues, which a missing key passes', when('ForAllValues:StringEquals', 'aws:PrincipalOrgPaths', 'o-1/r-1/')],
  ['a pattern', when('StringLike', 'aws:PrincipalOrgID', 'o-*')],
  ['a pattern in an ARN', when('ArnLike', 'aws:SourceArn', 'arn:aws:sns:*:*:*')],
  ['a variable', when('StringEquals', 'aws:PrincipalAccount', '${aws:ResourceAccount}')],
  ['a fixed value beside a pattern', when('StringLike', 'aws:PrincipalOrgID', 'o-1', 'o-*')],
  ['the whole network', when('IpAddress', 'aws:SourceIp', '0.0.0.0/0')],
  ['half the network', when('IpAddress', 'aws:SourceIp', '10.0.0.0/8', '128.0.0.0/1')],
  ['the whole IPv6 network', when('IpAddress', 'aws:SourceIp', '::/0')],
  ['all but a network', when('NotIpAddress', 'aws:SourceIp', '10.0.0.0/8')],
  ['that the key is there', when('Null', 'aws:PrincipalOrgID', 'false')],
])('%s is public', (_, statement) => {
  expect(isPublic(statement)).toBe(true)
})

test.each<[string, object]>([
  ['an account', { Principal: { AWS: '111122223333' } }],
  ['a service', { Principal: { Service: 'lambda.amazonaws.com' } }],
  ['a Deny', { Effect: 'Deny', Principal: '*' }],
  ['an organisation', when('StringEquals', 'aws:PrincipalOrgID', 'o-1')],
  ['an account by key', when('StringEquals', 'AWS:PrincipalAccount', '111122223333')],
  ['an account by pattern operator', when('StringLike', 'aws:SourceAccount', '111122223333')],
  ['a source', when('ArnEquals', 'aws:SourceArn', 'arn:aws:sns:us-east-1:111122223333:t')],
  ['an endpoint', when('StringEquals', 'aws:SourceVpce', 'vpce-1')],
  ['one of the organisation paths', when('ForAnyValue:StringEquals', 'aws:PrincipalOrgPaths', 'o-1/r-1/')],
  ['a network', when('IpAddress', 'aws:SourceIp', '10.0.0.0/8', '2001:db8::/32')],
])('%s is not public', (_, statement) => {
  expect(isPublic(statement)).toBe(false)
})

test('one public statement is enough', () => {
  expect(isPublic({ Principal: { AWS: '111122223333' } }, { Principal: '*' })).toBe(true)
  expect(isPublic({ Principal: '*' }, { Effect: 'Deny', Principal: '*' })).toBe(true)
})
