import type { APIErrorType, BatchGetSecretValueRequest, SecretValueEntry } from '../models/secretsmanager.ts'
import type { Context } from '../operation.ts'
import { getSecretValue } from './get-secret-value.ts'
import { listSecretsPage } from './list-request.ts'
import { filtersForPaging, idsXorFilters } from './messages.ts'
import { noResource } from './no-resource.ts'
import { operation } from './operation.ts'
import { arnOf } from './secret.ts'

const defaultPage = 20

/** Reads the values of many secrets, by their ids or by filters; each is a read of its own, authorised and audited. */
export const batchGetSecretValue = operation('BatchGetSecretValue', {
  on: noResource,
  async handle(input, _record, context) {
    const { ids, token } = await chooseSecrets(input, context)
    const values: SecretValueEntry[] = []
    const errors: APIErrorType[] = []
    for (const id of ids) {
      const { output, refused } = await context.invoke(getSecretValue, { SecretId: id })
      if (refused) errors.push({ SecretId: id, ErrorCode: refused.code, Message: refused.text })
      else values.push(output)
    }
    return { SecretValues: values, NextToken: token, Errors: errors }
  },
})

async function chooseSecrets(
  input: BatchGetSecretValueRequest,
  context: Context,
): Promise<{ readonly ids: readonly string[]; readonly token?: string | undefined }> {
  const { SecretIdList: ids, Filters: filters } = input
  if ((ids === undefined) === (filters === undefined)) throw idsXorFilters()
  if (ids !== undefined) {
    if (input.MaxResults !== undefined) throw filtersForPaging('MaxResults')
    if (input.NextToken !== undefined) throw filtersForPaging('NextToken')
    return { ids }
  }
  await context.require({ action: 'secretsmanager:ListSecrets', resource: context.resource })
  const page = await listSecretsPage(context, 'secretsmanager:BatchGetSecretValue', input, defaultPage)
  return { ids: page.secrets.map(arnOf), token: page.token }
}
