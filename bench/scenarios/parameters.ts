import { jsonCall } from '../aws/signed-call.ts'
import { parameterName, parameterPath } from '../world/names.ts'
import { madeBy, type Scenario } from './scenario.ts'

const pageSize = 10

export const getParameter: Scenario = {
  name: 'GetParameter',
  about: 'a SecureString of 1 KB with decryption, by an IAM user with one statement',
  repeat: true,
  target: { of: 'cpu', least: 0.22, floor: 0.07 },
  requests: madeBy(
    ({ users }) => users.parameterReader,
    (index, { world }) =>
      jsonCall('ssm', 'GetParameter', { Name: parameterName(index % world.parameters), WithDecryption: true }),
  ),
}

export const getParametersByPath: Scenario = {
  name: `GetParametersByPath(${pageSize})`,
  about: `all ${pageSize} SecureStrings of 1 KB below a path, with decryption`,
  repeat: true,
  itemsPerRequest: pageSize,
  requests: madeBy(
    ({ users }) => users.pathReader,
    (index, { world }) => {
      const Path = parameterPath(index % (world.parameters / pageSize))
      return jsonCall('ssm', 'GetParametersByPath', { Path, WithDecryption: true, MaxResults: pageSize })
    },
  ),
}
