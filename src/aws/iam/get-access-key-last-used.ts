import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { holderArn } from './access-key.ts'
import { findLastUse } from './last-use.ts'
import { accessKeyNotFound } from './messages.ts'
import { operation } from './operation.ts'
import { type AccessKeyRecord, accessKeys } from './records.ts'

/** Says when a long-term key was last used, to the day or so, and for what. */
export const getAccessKeyLastUsed = operation('GetAccessKeyLastUsed', {
  on: keyWithId,
  async handle(_input, key, { tx }) {
    const use = await findLastUse(tx, key.id)
    return {
      UserName: key.holder.type === 'user' ? key.holder.name : 'root',
      AccessKeyLastUsed: use
        ? { LastUsedDate: use.at, ServiceName: use.service, Region: use.region }
        : { ServiceName: 'N/A', Region: 'N/A' },
    }
  },
})

/** A key of the caller's account; those of other accounts are not shown to exist. */
async function keyWithId(
  input: { readonly AccessKeyId: string },
  { tx, call }: Finding,
): Promise<Resource<AccessKeyRecord>> {
  const { account } = call.caller
  const key = await accessKeys.get(tx, input.AccessKeyId)
  if (key?.account !== account) return { arn: '*', account, missing: accessKeyNotFound(input.AccessKeyId) }
  return { arn: await holderArn(key, tx), account, record: key }
}
