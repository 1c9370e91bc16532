import { changeLatest, checkRevision } from './change.ts'
import { dropCode, keepCode, readArchive } from './code.ts'
import { configurationOf } from './configuration.ts'
import { wholeFunction } from './find-function.ts'
import { notOffered } from './messages.ts'
import { operation } from './operation.ts'
import { publish } from './publish.ts'

/** Gives `$LATEST` another archive. */
export const updateFunctionCode = operation('UpdateFunctionCode', {
  on: wholeFunction,
  async handle(input, { fn }, context) {
    const { tx, call, platform } = context
    checkRevision(input.RevisionId, fn.latest)
    if (input.PublishTo !== undefined) throw notOffered('A capacity provider')
    const archive = await readArchive(input)
    const code = { code: archive.reference, architecture: input.Architectures?.[0] ?? fn.latest.architecture }
    if (input.DryRun) return configurationOf(fn, { ...fn.latest, ...code }, platform)
    await keepCode(tx, fn, archive)
    await dropCode(tx, fn, fn.latest.code, call.now)
    const changed = changeLatest(fn, code, context)
    if (!input.Publish) return configurationOf(changed, changed.latest, platform)
    const published = await publish(tx, changed, undefined)
    return configurationOf(published.fn, published.version, platform)
  },
})
