import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'

/** Functions are not signed here, so there is never a configuration: Terraform asks all the same. */
export const getFunctionCodeSigningConfig = operation('GetFunctionCodeSigningConfig', {
  on: wholeFunction,
  async handle(_input, { fn }) {
    return { CodeSigningConfigArn: '', FunctionName: fn.name }
  },
})
