import { AwsError } from '../errors.ts'
import { createAccount as addAccount, createRootAccessKey, findAccount } from '../iam/accounts.ts'
import { operation } from './operation.ts'
import { serverResource } from './server-resource.ts'

/** Makes an account, with an access key of its root user: nobody else is in it yet. */
export const createAccount = operation('CreateAccount', {
  on: serverResource,
  async handle({ AccountId, Name }, _record, { tx, call }) {
    if (await findAccount(tx, AccountId)) {
      throw new AwsError('AccountAlreadyExistsException', `Account ${AccountId} already exists.`)
    }
    await addAccount(tx, AccountId, { now: call.now, ...(Name !== undefined && { name: Name }) })
    const { accessKeyId, secretAccessKey } = await createRootAccessKey(tx, AccountId, call.now)
    return { AccountId, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey }
  },
})
