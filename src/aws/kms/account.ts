import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'

/** Of an operation that is on no resource: the caller's account is asked alone. */
export function callersAccount(_input: unknown, { call }: Finding): Resource<undefined> {
  return { arn: '*', account: call.caller.account, record: undefined }
}
