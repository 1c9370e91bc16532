import { uuid } from '../../base/ids.ts'
import { keepCode, countFunctions, readArchive } from './code.ts'
import { configurationOf } from './configuration.ts'
import { checkRole } from './execution-role.ts'
import { newFunction } from './find-function.ts'
import { functionExists } from './messages.ts'
import { operation } from './operation.ts'
import { publish } from './publish.ts'
import { type FunctionRecord, functions } from './records.ts'
import { readReference } from './reference.ts'
import { newSettings } from './settings.ts'
import { withTags } from './tags.ts'

/** Makes a function of an archive. It can be invoked at once. */
export const createFunction = operation('CreateFunction', {
  on: newFunction,
  async handle(input, _record, context) {
    const { tx, call, platform, resource } = context
    const { account, region, name } = readReference(input.FunctionName, undefined, call)
    if (await functions.get(tx, account, region, name)) throw functionExists(name)
    const settings = newSettings(input, name)
    if (input.Tags) await context.require({ action: 'lambda:TagResource', resource })
    await checkRole(settings.role, resource.arn, context)
    const archive = await readArchive(input.Code)
    const fn: FunctionRecord = {
      account,
      region,
      name,
      createdAt: call.now,
      latest: {
        ...settings,
        version: '$LATEST',
        code: archive.reference,
        modifiedAt: call.now,
        revisionId: uuid(),
      },
      lastVersion: 0,
      published: 0,
      tags: withTags([], input.Tags),
      policies: {},
    }
    await keepCode(tx, fn, archive)
    await countFunctions(tx, fn, 1)
    functions.put(tx, fn, account, region, name)
    if (!input.Publish) return configurationOf(fn, fn.latest, platform)
    const published = await publish(tx, fn, undefined)
    return configurationOf(published.fn, published.version, platform)
  },
})
