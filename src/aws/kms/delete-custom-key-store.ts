import { callersAccount } from './account.ts'
import { keyStoreTable, letGo, readStore } from './key-store.ts'
import { keyStoreHasKeys, keyStoreState } from './messages.ts'
import { operation } from './operation.ts'

/** Forgets a store that is disconnected and empty; what is behind it stays as it is. */
export const deleteCustomKeyStore = operation('DeleteCustomKeyStore', {
  on: callersAccount,
  async handle({ CustomKeyStoreId: id }, _record, context) {
    const { tx } = context
    const store = await readStore(context, id)
    if (store.keys > 0) throw keyStoreHasKeys()
    if (store.state !== 'DISCONNECTED') throw keyStoreState('Disconnect the custom key store before you delete it.')
    letGo(tx, store, 'name', store.name)
    if (store.xks) letGo(tx, store, 'uri', store.xks.endpoint + store.xks.path)
    if (store.hsm) letGo(tx, store, 'cluster', store.hsm.clusterId)
    keyStoreTable.delete(tx, store.account, store.region, store.id)
    return {}
  },
})
