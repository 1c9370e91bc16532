import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'

/** For operations that are on no resource. */
export function noResource(_input: unknown, { call }: Finding): Resource<undefined> {
  return { arn: '*', account: call.caller.account, record: undefined }
}
