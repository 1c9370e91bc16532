import { lambdaZipLimits } from '../../functions/zip.ts'
import { callersAccount } from './find-function.ts'
import { operation } from './operation.ts'
import { usages } from './records.ts'

/** The bounds of an account in the region, and how much of them is used. */
export const getAccountSettings = operation('GetAccountSettings', {
  on: callersAccount,
  async handle(_input, _record, { tx, call }) {
    const used = await usages.get(tx, call.caller.account, call.region)
    return {
      AccountLimit: {
        TotalCodeSize: 75 * 1024 ** 3,
        CodeSizeUnzipped: lambdaZipLimits.unpackedBytes,
        CodeSizeZipped: 50 * 1024 * 1024,
        ConcurrentExecutions: 1000,
        UnreservedConcurrentExecutions: 1000,
      },
      AccountUsage: { TotalCodeSize: used?.codeBytes ?? 0, FunctionCount: used?.functions ?? 0 },
    }
  },
})
