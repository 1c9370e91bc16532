import { aliasConfiguration } from './alias.ts'
import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'
import { pageOf } from './page.ts'
import { aliases } from './records.ts'

/** The aliases of a function by name, or those of one version. */
export const listAliases = operation('ListAliases', {
  on: wholeFunction,
  async handle({ FunctionVersion, Marker, MaxItems }, { fn }, context) {
    const { tx } = context
    const under = [fn.account, fn.region, fn.name]
    const parameters = [fn.name, FunctionVersion]
    const listing = { operation: 'ListAliases', parameters, marker: Marker, maximum: MaxItems }
    const { records, ...end } = await pageOf(listing, context, (part) => aliases.range(tx, { under, ...part }))
    const shown = records.filter(({ version }) => FunctionVersion === undefined || version === FunctionVersion)
    return { Aliases: shown.map((alias) => aliasConfiguration(fn, alias)), ...end }
  },
})
