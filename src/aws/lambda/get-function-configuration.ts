import { configurationOf } from './configuration.ts'
import { qualifiedFunction, readVersion } from './find-function.ts'
import { operation } from './operation.ts'

/** The settings of a function or of one of its versions. */
export const getFunctionConfiguration = operation('GetFunctionConfiguration', {
  on: qualifiedFunction,
  async handle(_input, found, context) {
    return configurationOf(found.fn, await readVersion(found, context), context.platform, found.qualifier)
  },
})
