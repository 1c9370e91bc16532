import { tagValues } from '../tags.ts'
import { configurationOf } from './configuration.ts'
import { qualifiedFunction, readVersion } from './find-function.ts'
import { operation } from './operation.ts'

/** A function or one of its versions, with tags and reserved concurrency. The archive is not handed out. */
export const getFunction = operation('GetFunction', {
  on: qualifiedFunction,
  async handle(_input, found, context) {
    const { fn, qualifier } = found
    const version = await readVersion(found, context)
    return {
      Configuration: configurationOf(fn, version, context.platform, qualifier),
      Code: { RepositoryType: 'Keyturn' },
      Tags: fn.tags.length > 0 ? tagValues(fn.tags) : undefined,
      Concurrency: fn.reserved === undefined ? undefined : { ReservedConcurrentExecutions: fn.reserved },
    }
  },
})
