import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'
import { functions } from './records.ts'

/** Takes the bound on invocations at once away. */
export const deleteFunctionConcurrency = operation('DeleteFunctionConcurrency', {
  on: wholeFunction,
  async handle(_input, { fn }, { tx }) {
    const { reserved: _removed, ...rest } = fn
    functions.put(tx, rest, fn.account, fn.region, fn.name)
    return {}
  },
})
