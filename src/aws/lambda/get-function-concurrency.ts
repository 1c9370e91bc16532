import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'

/** The bound on invocations at once, where there is one. */
export const getFunctionConcurrency = operation('GetFunctionConcurrency', {
  on: wholeFunction,
  async handle(_input, { fn }) {
    return { ReservedConcurrentExecutions: fn.reserved }
  },
})
