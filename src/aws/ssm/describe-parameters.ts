import { AwsError } from '../errors.ts'
import type { DescribeParametersRequest, ParameterMetadata } from '../models/ssm.ts'
import type { Context, Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Resource } from '../resource.ts'
import { describeVersion } from './answer.ts'
import { describeRules, fitsAll, type ParameterFilter, readFilters, readOldFilters } from './filters.ts'
import { spansOf } from './listing.ts'
import { bothFilters } from './messages.ts'
import { operation } from './operation.ts'
import { demandOn, factsOf } from './parameter.ts'
import { readPage } from './page.ts'
import type { ParameterRecord } from './records.ts'
import { readSharedPage } from './shared-page.ts'

const defaultPage = 50

/** Lists parameters of the account in a region, or those that others share with it, without their values. */
export const describeParameters = operation('DescribeParameters', {
  on: everything,
  async handle(input, _record, context) {
    const filters = filtersOf(input)
    const scope = { operation: 'ssm:DescribeParameters', parameters: [filters, input.Shared ?? false] }
    const limit = input.MaxResults ?? defaultPage
    const request = { spans: spansOf(filters), filters, limit, token: input.NextToken }
    const { parameters, token } = input.Shared
      ? await readSharedPage(context, scope, { limit, token: input.NextToken }, (parameter) =>
          isVisible(context, parameter, filters),
        )
      : await readPage(context, scope, request)
    return { Parameters: parameters.map(describe), NextToken: token }
  },
})

/** Denials of AWS name it so. */
function everything(_input: unknown, { call }: Finding): Resource<undefined> {
  const { account } = call.caller
  return { arn: `arn:${partitionOf(call.region)}:ssm:${call.region}:${account}:*`, account, record: undefined }
}

function filtersOf({ Filters, ParameterFilters }: DescribeParametersRequest): readonly ParameterFilter[] {
  if (Filters && ParameterFilters && Filters.length > 0 && ParameterFilters.length > 0) throw bothFilters()
  return Filters && Filters.length > 0 ? readOldFilters(Filters) : readFilters(ParameterFilters, describeRules)
}

/** Whether a parameter of another account fits, and may be seen by whoever asks. */
async function isVisible(context: Context, parameter: ParameterRecord, filters: readonly ParameterFilter[]) {
  if (!fitsAll(parameter, filters)) return false
  try {
    await context.require(demandOn('ssm:DescribeParameters', factsOf(parameter), context.resource))
    return true
  } catch (error) {
    if (error instanceof AwsError) return false
    throw error
  }
}

function describe(parameter: ParameterRecord): ParameterMetadata {
  return { Name: parameter.name, ARN: factsOf(parameter).arn, ...describeVersion(parameter.current) }
}
