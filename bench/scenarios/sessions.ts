import { elementText, forEach, openClient } from '../aws/client.ts'
import { type Credentials, jsonCall, queryCall } from '../aws/signed-call.ts'
import { realName } from '../world/names.ts'
import { madeBy, type Scenario } from './scenario.ts'

export const assumeRole: Scenario = {
  name: 'AssumeRole',
  about: 'by an IAM user, a session name each',
  repeat: true,
  requests: madeBy(
    ({ users }) => users.assumer,
    (index, { world }) => assume(world.roleArn, index),
  ),
}

/** What a session costs that the server has never seen: its token is opened, its signing key derived. */
export const firstUseOfSession: Scenario = {
  name: 'first use of a session',
  about: 'GetSecretValue with fresh credentials each',
  repeat: false,
  perSecond: 4_000,
  async requests({ world, port, count }) {
    const client = openClient(port, world.users.assumer)
    try {
      const sessions = await forEach(count, async (index) =>
        credentialsIn(await client.query(...asking(world.roleArn, index))),
      )
      return sessions.map((credentials, index) => ({
        call: jsonCall('secretsmanager', 'GetSecretValue', { SecretId: realName(index % world.real) }),
        credentials,
      }))
    } finally {
      client.close()
    }
  },
}

function asking(RoleArn: string, index: number) {
  return ['sts', 'AssumeRole', { RoleArn, RoleSessionName: `bench-${index}` }] as const
}

function assume(roleArn: string, index: number) {
  return queryCall(...asking(roleArn, index))
}

function credentialsIn(xml: string): Credentials {
  return {
    accessKeyId: elementText(xml, 'AccessKeyId'),
    secretAccessKey: elementText(xml, 'SecretAccessKey'),
    sessionToken: elementText(xml, 'SessionToken'),
  }
}
