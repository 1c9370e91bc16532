import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'
import { functions } from './records.ts'

/** Bounds how many invocations of a function each serving process runs at once; none with 0. */
export const putFunctionConcurrency = operation('PutFunctionConcurrency', {
  on: wholeFunction,
  async handle({ ReservedConcurrentExecutions: reserved }, { fn }, { tx }) {
    functions.put(tx, { ...fn, reserved }, fn.account, fn.region, fn.name)
    return { ReservedConcurrentExecutions: reserved }
  },
})
