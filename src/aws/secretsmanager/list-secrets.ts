import { describe } from './describe.ts'
import { listSecretsPage } from './list-request.ts'
import { noResource } from './no-resource.ts'
import { operation } from './operation.ts'
import { versionIdsToStages } from './stages.ts'

const defaultPage = 100

/** Lists the secrets of the caller's account in a region, without their values. */
export const listSecrets = operation('ListSecrets', {
  on: noResource,
  async handle(input, _record, context) {
    const { secrets, token } = await listSecretsPage(context, 'secretsmanager:ListSecrets', input, defaultPage)
    return {
      SecretList: secrets.map((secret) => ({
        ...describe(secret),
        SecretVersionsToStages: versionIdsToStages(secret.stages),
      })),
      NextToken: token,
    }
  },
})
