import { configurationOf } from './configuration.ts'
import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'
import { pageOf } from './page.ts'
import { versions } from './records.ts'

/** `$LATEST` and the published versions, in the order of publishing. */
export const listVersionsByFunction = operation('ListVersionsByFunction', {
  on: wholeFunction,
  async handle({ Marker, MaxItems }, { fn }, context) {
    const { tx, platform } = context
    const under = [fn.account, fn.region, fn.name]
    const listing = { operation: 'ListVersionsByFunction', parameters: fn.name, marker: Marker, maximum: MaxItems }
    const { records, ...end } = await pageOf(listing, context, (part) => versions.range(tx, { under, ...part }))
    const first = Marker ? [] : [configurationOf(fn, fn.latest, platform, '$LATEST')]
    return { Versions: [...first, ...records.map((version) => configurationOf(fn, version, platform))], ...end }
  },
})
