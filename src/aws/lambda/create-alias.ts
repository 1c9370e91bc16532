import { uuid } from '../../base/ids.ts'
import { aliasConfiguration, checkTargets, mostAliases, putAlias, readWeights } from './alias.ts'
import { wholeFunction } from './find-function.ts'
import { aliasExists, tooManyAliases } from './messages.ts'
import { operation } from './operation.ts'
import { aliases } from './records.ts'
import { functionArn } from './reference.ts'

/** Gives a version a name that can be moved. */
export const createAlias = operation('CreateAlias', {
  on: wholeFunction,
  async handle({ Name: name, FunctionVersion: version, Description, RoutingConfig }, { fn }, { tx }) {
    if (await aliases.get(tx, fn.account, fn.region, fn.name, name)) throw aliasExists(functionArn(fn, name))
    const present = await aliases.range(tx, { under: [fn.account, fn.region, fn.name], limit: mostAliases })
    if (present.length === mostAliases) throw tooManyAliases(mostAliases)
    const weights = readWeights(RoutingConfig)
    await checkTargets(tx, fn, { version, weights })
    const alias = { name, version, description: Description ?? '', weights, revisionId: uuid() }
    putAlias(tx, fn, alias)
    return aliasConfiguration(fn, alias)
  },
})
