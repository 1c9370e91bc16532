import { describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { awsQuery } from './aws-query.ts'
import { modelOf, type Operation } from './model.ts'

const iam = modelOf('iam')
const sts = modelOf('sts')

describe('answers', () => {
  test('are XML in the namespace of the service, with whole seconds and nothing XML cannot say', () => {
    const Credentials = {
      AccessKeyId: 'A<&>"\'\r\u0001\ud800',
      SecretAccessKey: new Secret('s'),
      SessionToken: 't',
      Expiration: 1_795_395_723_999,
    }
    const { status, headers, body } = awsQuery.encode(
      sts.operation('GetSessionToken') as Operation,
      { Credentials },
      'id',
    )
    expect([status, headers]).toEqual([200, { 'x-amzn-RequestId': 'id', 'Content-Type': 'text/xml' }])
    expect(body).toBe(
      '<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials>' +
        '<AccessKeyId>A&lt;&amp;&gt;&quot;&apos;&#xD;\uFFFD\uFFFD</AccessKeyId><SecretAccessKey>s</SecretAccessKey>' +
        '<SessionToken>t</SessionToken><Expiration>2026-11-23T01:02:03Z</Expiration></Credentials></GetSessionTokenResult>' +
        '<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetSessionTokenResponse>',
    )
  })

  test('have no result element where there is no output', () => {
    expect(awsQuery.encode(iam.operation('DeleteUser') as Operation, {}, 'id').body).toBe(
      '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DeleteUserResponse>',
    )
  })

  test.each([
    [
      iam,
      { code: 'NoSuchEntityException', message: 'a<b' },
      404,
      '<Type>Sender</Type><Code>NoSuchEntity</Code><Message>a&lt;b</Message>',
    ],
    [
      iam,
      { code: 'ServiceFailureException', message: 'x' },
      500,
      '<Type>Receiver</Type><Code>ServiceFailure</Code><Message>x</Message>',
    ],
    [
      sts,
      { code: 'AccessDenied', message: 'no', status: 403 },
      403,
      '<Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message>',
    ],
    [
      sts,
      { code: 'InternalFailure', fault: 'server' as const },
      500,
      '<Type>Receiver</Type><Code>InternalFailure</Code>',
    ],
    [undefined, { code: 'MissingAction' }, 400, '<Type>Sender</Type><Code>MissingAction</Code>'],
  ])('errors %#', (model, error, status, content) => {
    const answer = awsQuery.encodeError(model, error, 'id')
    const namespace = model ? ` xmlns="${model.metadata.xmlNamespace}"` : ''
    expect(answer.status).toBe(status)
    expect(answer.body).toBe(
      `<ErrorResponse${namespace}><Error>${content}</Error><RequestId>id</RequestId></ErrorResponse>`,
    )
  })
})
