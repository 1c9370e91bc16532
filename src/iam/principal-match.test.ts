import { expect, test } from 'vitest'
import { orFault } from './fault.ts'
import { compilePrincipal, Naming, principalApplies, type RequestPrincipal } from './principal-match.ts'

const account = '111122223333'
const session: RequestPrincipal = {
  type: 'role-session',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/app/one`,
  roleArn: `arn:aws:iam::${account}:role/app`,
  roleId: 'AROAAPP0000',
  sessionName: 'one',
}

const aws = (...values: string[]) =>
  compilePrincipal(
    false,
    values.map((value) => ({ type: 'AWS', value })),
  )

test.each([
  [[], Naming.none],
  [[account], Naming.account],
  [[`arn:aws:iam::${account}:root`], Naming.account],
  [['*'], Naming.everybody],
  [[account, '*'], Naming.everybody],
  [['*', session.roleArn], Naming.role],
  [['AROAAPP0000', account], Naming.role],
  [[session.roleArn, session.arn, '*'], Naming.itself],
])('%j names a session by rank %d', (values, rank) => {
  expect(principalApplies(aws(...values), session, 'Allow')).toBe(rank)
})

test.each([
  ['AWS', ''],
  ['AWS', 'bob'],
  ['AWS', '11112222333'],
  ['AWS', 'AKIAABCDEFGH'],
  ['AWS', `arn:aws:iam::${account}:group/g`],
  ['AWS', `arn:aws:iam::${account}:policy/p`],
  ['AWS', `arn:aws:iam::${account}:role/*`],
  ['AWS', `arn:aws:iam::${account}:user/`],
  ['AWS', `arn:aws:iam:us-east-1:${account}:user/bob`],
  ['AWS', 'arn:aws:iam::aws:user/bob'],
  ['AWS', `arn:aws:iam::${account}:assumed-role/app/one`],
  ['AWS', `arn:aws:sts::${account}:user/bob`],
  ['AWS', `arn:aws:sts::${account}:assumed-role/app`],
  ['AWS', `arn:aws:sts::${account}:assumed-role/app/one/two`],
  ['AWS', `arn:aws:s3::${account}:root`],
  ['Service', ''],
  ['Service', 'Lambda Service'],
  ['Service', '*.amazonaws.com'],
  ['Federated', ''],
  ['CanonicalUser', 'abc'],
])('%s %s is no principal', (type, value) => {
  expect(orFault(() => compilePrincipal(false, [{ type, value }]))).toEqual({
    invalid: { kind: 'bad-principal', principalType: type, principal: value },
  })
})

test.each([
  ['AWS', `arn:aws:iam::${account}:user/a/b`],
  ['AWS', `arn:aws-cn:iam::${account}:role/service-role/r`],
  ['AWS', `arn:aws:sts::${account}:federated-user/guest`],
  ['AWS', 'AIDAABCDEFGHIJKLMNOPQ'],
  ['Service', 'secretsmanager.amazonaws.com'],
  ['Federated', 'cognito-identity.amazonaws.com'],
  ['CanonicalUser', 'a'.repeat(64)],
])('%s %s is a principal', (type, value) => {
  expect(orFault(() => compilePrincipal(false, [{ type, value }]))).toHaveProperty('value')
})

test('NotPrincipal errs on the side of refusing', () => {
  const not = (...values: string[]) =>
    compilePrincipal(
      true,
      values.map((value) => ({ type: 'AWS', value })),
    )
  const some = not(session.roleArn)
  const all = not(session.arn, session.roleArn, account)
  expect([principalApplies(some, session, 'Allow'), principalApplies(some, session, 'Deny')]).toEqual([
    Naming.none,
    Naming.everybody,
  ])
  expect([principalApplies(all, session, 'Allow'), principalApplies(all, session, 'Deny')]).toEqual([
    Naming.none,
    Naming.none,
  ])
})
