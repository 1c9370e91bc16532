import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrived } from './agent.test-support.ts'
import { readAsked } from './values-query.ts'

const read = (target: string) => readAsked(arrived('GET', target))

test('a secret is named by parameter or by path', () => {
  const question = {
    service: 'secretsmanager',
    target: 'secretsmanager.GetSecretValue',
    input: { SecretId: 'prod/db' },
  }
  expect(read('/secretsmanager/get?secretId=prod%2Fdb')).toEqual({ question, refreshNow: false })
  expect(read('/secretsmanager/get?secretId=prod/db&refreshNow=TRUE')).toEqual({ question, refreshNow: true })
  expect(read('/v1/prod/db')).toEqual({ question, refreshNow: false })
  expect(read('/v1/prod%2Fdb?versionId=v&versionStage=AWSPREVIOUS&refreshNow=0')).toEqual({
    question: { ...question, input: { SecretId: 'prod/db', VersionId: 'v', VersionStage: 'AWSPREVIOUS' } },
    refreshNow: false,
  })
})

test('a parameter is named with its version or label', () => {
  const question = (Name: string, WithDecryption = false) => ({
    question: { service: 'ssm', target: 'AmazonSSM.GetParameter', input: { Name, WithDecryption } },
    refreshNow: false,
  })
  expect(read('/systemsmanager/parameters/get?name=/a/b')).toEqual(question('/a/b'))
  expect(read('/systemsmanager/parameters/get?name=/a&version=3&withDecryption=true')).toEqual(question('/a:3', true))
  expect(read('/systemsmanager/parameters/get?name=a&label=prod')).toEqual(question('a:prod'))
})

test.each([
  ['/secretsmanager/get', 'missing parameter secretId'],
  ['/secretsmanager/get?secretId=', 'missing parameter secretId'],
  ['/secretsmanager/get?secretId=a&secretId=b', 'parameter given twice: secretId'],
  ['/secretsmanager/get?secretId=a&abc=1', 'unknown parameter: abc'],
  ['/secretsmanager/get?secretId=a&refreshNow=123', 'invalid refreshNow value'],
  ['/secretsmanager/get?secretId=%E0%A4%A', 'invalid escape in the query'],
  ['/secretsmanager/get?secretId=a&refreshNow=__proto__', 'invalid refreshNow value'],
  ['/v1/', 'missing secret ID'],
  ['/v1/%E0%A4%A', 'missing secret ID'],
  ['/v1/a?secretId=b', 'unknown parameter: secretId'],
  ['/systemsmanager/parameters/get', 'missing parameter name'],
  ['/systemsmanager/parameters/get?name=a&version=1&label=b', 'version and label cannot be given together'],
  ['/systemsmanager/parameters/get?name=a&withDecryption=maybe', 'invalid withDecryption value'],
  [`/v1/${'a'.repeat(9000)}`, 'the request is too long'],
])('%.60s is refused', (target, invalid) => {
  expect(read(target)).toEqual({ invalid })
})

test.each(['/', '/v1', '/secretsmanager/get/', '/v2/a', '/constructor', '/__proto__'])('%s is no path', (target) => {
  expect(read(target)).toBeUndefined()
})

test('every id survives the query and the path', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 100, unit: 'grapheme' }), (id) => {
      const escaped = encodeURIComponent(id)
      const expected = { question: { input: { SecretId: id } } }
      expect(read(`/secretsmanager/get?secretId=${escaped}`)).toMatchObject(expected)
      expect(read(`/v1/${escaped}`)).toMatchObject(expected)
    }),
  )
})

test('anything is answered or refused, never thrown at', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('/secretsmanager/get', '/v1/', '/systemsmanager/parameters/get'),
      fc.string(),
      (path, rest) => {
        const asked = read(`${path}?${rest}`)
        expect(asked && ('invalid' in asked || asked.question.service.length > 0)).toBe(true)
      },
    ),
  )
})
