import { checkRevision } from './change.ts'
import { configurationOf } from './configuration.ts'
import { wholeFunction } from './find-function.ts'
import { notOffered, otherCode } from './messages.ts'
import { operation } from './operation.ts'
import { publish } from './publish.ts'

/** Freezes `$LATEST` as a numbered version. */
export const publishVersion = operation('PublishVersion', {
  on: wholeFunction,
  async handle(input, { fn }, { tx, platform }) {
    const { CodeSha256, Description, RevisionId, PublishTo } = input
    checkRevision(RevisionId, fn.latest)
    if (PublishTo !== undefined) throw notOffered('A capacity provider')
    if (CodeSha256 !== undefined && CodeSha256 !== fn.latest.code.sha256) {
      throw otherCode(CodeSha256, fn.latest.code.sha256)
    }
    const published = await publish(tx, fn, Description || undefined)
    return configurationOf(published.fn, published.version, platform)
  },
})
