import { aliasConfiguration, readAlias } from './alias.ts'
import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'

/** Where an alias points. */
export const getAlias = operation('GetAlias', {
  on: wholeFunction,
  async handle({ Name }, { fn }, { tx }) {
    return aliasConfiguration(fn, await readAlias(tx, fn, Name))
  },
})
