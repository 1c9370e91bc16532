import type { ParameterHistory } from '../models/ssm.ts'
import type { Context } from '../operation.ts'
import { openToken, type PageScope, sealToken } from '../page-token.ts'
import { answer, describeVersion } from './answer.ts'
import { invalidName, invalidNextToken } from './messages.ts'
import { hereOf } from './name.ts'
import { operation } from './operation.ts'
import { anyParameter, type Asked, factsOf } from './parameter.ts'
import type { ParameterRecord, VersionRecord } from './records.ts'
import { labelsOf, readVersions } from './version.ts'

const defaultPage = 50

/** Lists the versions of a parameter, the oldest first. */
export const getParameterHistory = operation('GetParameterHistory', {
  on: (input, finding) => anyParameter(input.Name, finding),
  async handle(input, { parameter, reference }: Asked, context) {
    if (reference.selector !== undefined) throw invalidName()
    const scope = {
      ...hereOf(context.call),
      operation: 'ssm:GetParameterHistory',
      parameters: [factsOf(parameter).arn],
    }
    const first = Math.max(parameter.oldest, (await lastOf(context, scope, input.NextToken)) + 1)
    const limit = input.MaxResults ?? defaultPage
    const last = Math.min(parameter.current.version, first + limit - 1)
    const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
    const versions = await readVersions(context.tx, parameter, numbers)
    const decrypted = input.WithDecryption ?? false
    const name = reference.shown ?? parameter.name
    const entries: ParameterHistory[] = []
    for (const version of versions) {
      if (version) entries.push(await entry(context, parameter, version, { name, decrypted }))
    }
    const more = last < parameter.current.version
    return { Parameters: entries, NextToken: more ? await sealToken(context.tx, scope, last) : undefined }
  },
})

async function lastOf({ tx }: Context, scope: PageScope, token: string | undefined): Promise<number> {
  if (token === undefined) return 0
  const opened = await openToken(tx, scope, token)
  if (!opened) throw invalidNextToken()
  return opened.state as number
}

async function entry(
  context: Context,
  parameter: ParameterRecord,
  version: VersionRecord,
  options: { readonly name: string; readonly decrypted: boolean },
): Promise<ParameterHistory> {
  const { Name, Value } = await answer(context, parameter, version, options)
  return { Name, ...describeVersion(version), Value, Labels: labelsOf(parameter, version.version) }
}
