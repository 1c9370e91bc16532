import { changeLatest, checkRevision } from './change.ts'
import { configurationOf } from './configuration.ts'
import { checkRole } from './execution-role.ts'
import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'
import { functionArn } from './reference.ts'
import { changedSettings } from './settings.ts'

/** Changes settings of `$LATEST`; published versions keep theirs. */
export const updateFunctionConfiguration = operation('UpdateFunctionConfiguration', {
  on: wholeFunction,
  async handle(input, { fn }, context) {
    checkRevision(input.RevisionId, fn.latest)
    const { environment, ...settings } = changedSettings(fn.latest, input)
    if (input.Role !== undefined) await checkRole(input.Role, functionArn(fn), context)
    const { environment: _replaced, ...latest } = fn.latest
    const changed = changeLatest({ ...fn, latest }, { ...settings, ...(environment && { environment }) }, context)
    return configurationOf(changed, changed.latest, context.platform)
  },
})
