import { jsonCall } from '../aws/signed-call.ts'
import { groupPrefix, groupSize, realName, secretText } from '../world/names.ts'
import { madeBy, type Scenario } from './scenario.ts'

const batchSize = 20
const pageSize = 20

export const getSecretValue: Scenario = {
  name: 'GetSecretValue',
  about: '1 KB, by an IAM user with one statement',
  repeat: true,
  target: { of: 'cpu', least: 0.22, floor: 0.07 },
  requests: madeBy(
    ({ users }) => users.reader,
    (index, { world }) => jsonCall('secretsmanager', 'GetSecretValue', { SecretId: realName(index % world.real) }),
  ),
}

export const batchGetSecretValue: Scenario = {
  name: `BatchGetSecretValue(${batchSize})`,
  about: `${batchSize} secrets of 1 KB`,
  repeat: true,
  itemsPerRequest: batchSize,
  requests: madeBy(
    ({ users }) => users.batchReader,
    (index, { world }) => {
      const first = index * batchSize
      const SecretIdList = Array.from({ length: batchSize }, (_, place) => realName((first + place) % world.real))
      return jsonCall('secretsmanager', 'BatchGetSecretValue', { SecretIdList })
    },
  ),
}

export const listSecrets: Scenario = {
  name: 'ListSecrets',
  about: `a page of ${pageSize} by a prefix that ${groupSize} names have`,
  repeat: true,
  requests: madeBy(
    ({ users }) => users.lister,
    (index, { secrets }) => {
      const group = index % Math.max(1, Math.floor(secrets / groupSize))
      const Filters = [{ Key: 'name', Values: [groupPrefix(group)] }]
      return jsonCall('secretsmanager', 'ListSecrets', { MaxResults: pageSize, Filters })
    },
  ),
}

export const putSecretValue: Scenario = {
  name: 'PutSecretValue',
  about: '1 KB, durable before the answer',
  repeat: false,
  perSecond: 12_000,
  target: { of: 'rate', least: 0.1, floor: 0.015 },
  requests: madeBy(
    ({ users }) => users.writer,
    (index, { world }) =>
      jsonCall('secretsmanager', 'PutSecretValue', {
        SecretId: realName(index % world.real),
        SecretString: secretText(index),
        ClientRequestToken: crypto.randomUUID(),
      }),
  ),
}

export const createSecret: Scenario = {
  name: 'CreateSecret',
  about: '1 KB, durable before the answer',
  repeat: false,
  perSecond: 12_000,
  target: { of: 'rate', least: 0.1, floor: 0.015 },
  requests: madeBy(
    ({ users }) => users.writer,
    (index) =>
      jsonCall('secretsmanager', 'CreateSecret', {
        Name: `bench/made-${crypto.randomUUID()}`,
        SecretString: secretText(index),
        ClientRequestToken: crypto.randomUUID(),
      }),
  ),
}
