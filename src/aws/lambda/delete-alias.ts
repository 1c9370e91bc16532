import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'
import { aliases } from './records.ts'

/** Removes an alias; one that is not there is removed already. */
export const deleteAlias = operation('DeleteAlias', {
  on: wholeFunction,
  async handle({ Name }, { fn }, { tx }) {
    aliases.delete(tx, fn.account, fn.region, fn.name, Name)
    return {}
  },
})
