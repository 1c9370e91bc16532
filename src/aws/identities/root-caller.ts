import type { Caller } from '../call.ts'

/** The root user of an account. */
export function rootCaller(account: string, accessKeyId: string): Caller {
  const arn = `arn:aws:iam::${account}:root`
  return { principal: { type: 'root', account, arn }, account, arn, id: account, accessKeyId }
}
