import { configurationOf } from './configuration.ts'
import { callersAccount } from './find-function.ts'
import { operation } from './operation.ts'
import { pageOf } from './page.ts'
import { functions, versions } from './records.ts'

/** The functions of the account in the region, by name; with `FunctionVersion: ALL` every published version besides. */
export const listFunctions = operation('ListFunctions', {
  on: callersAccount,
  async handle({ FunctionVersion, Marker, MaxItems }, _record, context) {
    const { tx, call, platform } = context
    const under = [call.caller.account, call.region]
    const listing = { operation: 'ListFunctions', parameters: FunctionVersion, marker: Marker, maximum: MaxItems }
    const { records, ...end } = await pageOf(listing, context, (part) => functions.range(tx, { under, ...part }))
    const all = []
    for (const fn of records) {
      all.push(configurationOf(fn, fn.latest, platform, '$LATEST'))
      if (FunctionVersion !== 'ALL') continue
      const published = await versions.range(tx, { under: [...under, fn.name], limit: 1_000 })
      for (const { record } of published) all.push(configurationOf(fn, record, platform))
    }
    const shown = FunctionVersion === 'ALL' ? all : records.map((fn) => configurationOf(fn, fn.latest, platform))
    return { Functions: shown, ...end }
  },
})
