import type { ListSecretVersionIdsRequest, SecretVersionsListEntry } from '../models/secretsmanager.ts'
import type { Context } from '../operation.ts'
import { openToken, type PageScope, sealToken } from '../page-token.ts'
import { invalidNextToken } from './messages.ts'
import { operation } from './operation.ts'
import { type SecretRecord, type VersionRecord, versions, versionsOf } from './records.ts'
import { arnOf, secret } from './secret.ts'
import { labelledVersions, labelsOf } from './stages.ts'

const defaultPage = 100

/** Lists the versions of a secret by their ids: those with a label, or all of them. */
export const listSecretVersionIds = operation('ListSecretVersionIds', {
  on: secret,
  async handle(input, found: SecretRecord, context) {
    const scope = scopeOf(input, found, context)
    const after = await positionOf(input.NextToken, scope, context)
    const limit = input.MaxResults ?? defaultPage
    const rows = await readRows(found, input.IncludeDeprecated === true, after, limit + 1, context)
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    return {
      Versions: page.map((version) => entryOf(found, version)),
      NextToken: last && (await sealToken(context.tx, scope, last.id)),
      ARN: arnOf(found),
      Name: found.name,
    }
  },
})

function scopeOf(input: ListSecretVersionIdsRequest, found: SecretRecord, { call }: Context): PageScope {
  return {
    operation: 'secretsmanager:ListSecretVersionIds',
    account: call.caller.account,
    region: call.region,
    parameters: [arnOf(found), input.IncludeDeprecated === true],
  }
}

async function positionOf(token: string | undefined, scope: PageScope, { tx }: Context): Promise<string> {
  if (token === undefined) return ''
  const opened = await openToken(tx, scope, token)
  if (!opened) throw invalidNextToken()
  return opened.state as string
}

async function readRows(
  found: SecretRecord,
  deprecated: boolean,
  after: string,
  limit: number,
  { tx }: Context,
): Promise<readonly VersionRecord[]> {
  const under = versionsOf(found)
  if (deprecated) {
    const rows = await versions.range(tx, { under, ...(after && { after: [...under, after] }), limit })
    return rows.map(({ record }) => record)
  }
  const ids = labelledVersions(found.stages)
    .filter((id) => id > after)
    .sort()
    .slice(0, limit)
  const rows = await versions.getAll(
    tx,
    ids.map((id) => [...under, id]),
  )
  return rows.filter((row) => row !== undefined)
}

function entryOf(found: SecretRecord, version: VersionRecord): SecretVersionsListEntry {
  const labels = labelsOf(found.stages, version.id)
  return {
    VersionId: version.id,
    VersionStages: labels.length > 0 ? labels : undefined,
    LastAccessedDate: version.accessedOn,
    CreatedDate: version.createdAt,
    KmsKeyIds: version.value && [version.value.kmsKeyArn ?? 'DefaultEncryptionKey'],
  }
}
