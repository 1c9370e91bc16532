import type { GetParametersByPathRequest, Parameter } from '../models/ssm.ts'
import type { Context, Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { answer } from './answer.ts'
import { byPathRules, readFilters } from './filters.ts'
import { spanBelow } from './listing.ts'
import { invalidPath } from './messages.ts'
import { hereOf, parameterArn } from './name.ts'
import { operation } from './operation.ts'
import { parameterType } from './parameter.ts'
import { readPage } from './page.ts'
import type { ParameterRecord, VersionRecord } from './records.ts'
import { holderOf, readVersions } from './version.ts'

const defaultPage = 10

/** Reads the parameters below a path. Whoever may read the path may read all that is below it. */
export const getParametersByPath = operation('GetParametersByPath', {
  on: findPath,
  conditions: (input) => ({ 'ssm:Recursive': input.Recursive ?? false }),
  async handle(input, path: string, context) {
    const recursive = input.Recursive ?? false
    const filters = readFilters(input.ParameterFilters, byPathRules)
    const { parameters, token } = await readPage(
      context,
      { operation: 'ssm:GetParametersByPath', parameters: [path, recursive, filters] },
      { spans: [spanBelow(path, recursive)], filters, limit: input.MaxResults ?? defaultPage, token: input.NextToken },
    )
    const labels = filters.find(({ key }) => key === 'Label')?.values
    const answers: Parameter[] = []
    for (const parameter of parameters) {
      const version = labels ? await labelled(context, parameter, labels) : parameter.current
      if (!version) continue
      const options = { name: parameter.name, decrypted: input.WithDecryption ?? false }
      answers.push(await answer(context, parameter, version, options))
    }
    return { Parameters: answers, NextToken: token }
  },
})

/** Paths of AWS's own parameters may be named, but for the one whose parameters are secrets. */
function findPath(input: GetParametersByPathRequest, { call }: Finding): Resource<string> {
  const path = input.Path.trim()
  const wellFormed = /^(?:\/[A-Za-z0-9_.-]+)*\/?$/.test(path) && path !== ''
  if (!wellFormed || /^\/(?:ssm|aws\/reference(?:\/|$))/i.test(path)) throw invalidPath()
  const { account, region } = hereOf(call)
  return { arn: parameterArn(account, region, path), account, type: parameterType, record: path }
}

/** The newest version that has one of the labels. */
async function labelled(
  { tx }: Context,
  parameter: ParameterRecord,
  labels: readonly string[],
): Promise<VersionRecord | undefined> {
  const numbers = labels.map((label) => holderOf(parameter, label)).filter((number) => number !== undefined)
  const [version] = await readVersions(tx, parameter, [Math.max(...numbers)])
  return version
}
