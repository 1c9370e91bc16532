import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'

/** The server itself, which belongs to the management account: other accounts' policies give nobody a right to it. */
export function serverResource(_input: unknown, { platform }: Finding): Resource<undefined> {
  const { managementAccount } = platform
  return { arn: `arn:aws:keyturn::${managementAccount}:server`, account: managementAccount, record: undefined }
}
