import { Secret } from '../../base/secret.ts'
import { holderName, keyIds, saveKeyIds } from './access-key.ts'
import { tooManyAccessKeys } from './messages.ts'
import { operation } from './operation.ts'
import { accessKeys } from './records.ts'
import { newAccessKeyId, newSecretAccessKey } from './unique-id.ts'
import { userOrSelf } from './user.ts'

/** Makes a long-term key. This answer is the only one that has its secret. */
export const createAccessKey = operation('CreateAccessKey', {
  on: userOrSelf,
  async handle(_input, holder, context) {
    const { tx, call, platform, resource } = context
    const ids = keyIds(holder)
    const most = platform.quotas.accessKeysPerUser
    if (ids.length >= most) throw tooManyAccessKeys(most)
    let id = newAccessKeyId('AKIA', resource.account)
    while (await accessKeys.get(tx, id)) id = newAccessKeyId('AKIA', resource.account)
    const secret = newSecretAccessKey()
    const createdAt = call.now
    const whose =
      holder.type === 'root'
        ? ({ type: 'root' } as const)
        : ({ type: 'user', name: holder.user.name, id: holder.user.id } as const)
    accessKeys.put(tx, { id, account: resource.account, holder: whose, secret, active: true, createdAt }, id)
    saveKeyIds(holder, [...ids, id], context)
    return {
      AccessKey: {
        UserName: holderName(holder),
        AccessKeyId: id,
        Status: 'Active',
        SecretAccessKey: new Secret(secret),
        CreateDate: createdAt,
      },
    }
  },
})
