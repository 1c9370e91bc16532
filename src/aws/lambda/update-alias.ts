import { uuid } from '../../base/ids.ts'
import { aliasConfiguration, checkTargets, putAlias, readAlias, readWeights } from './alias.ts'
import { checkRevision } from './change.ts'
import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'

/** Moves an alias, or changes how it divides invocations. */
export const updateAlias = operation('UpdateAlias', {
  on: wholeFunction,
  async handle({ Name, FunctionVersion, Description, RoutingConfig, RevisionId }, { fn }, { tx }) {
    const alias = await readAlias(tx, fn, Name)
    checkRevision(RevisionId, alias)
    const changed = {
      ...alias,
      version: FunctionVersion ?? alias.version,
      description: Description ?? alias.description,
      weights: RoutingConfig ? readWeights(RoutingConfig) : alias.weights,
      revisionId: uuid(),
    }
    await checkTargets(tx, fn, changed)
    putAlias(tx, fn, changed)
    return aliasConfiguration(fn, changed)
  },
})
