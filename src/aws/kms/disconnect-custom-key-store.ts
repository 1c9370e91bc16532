import { callersAccount } from './account.ts'
import { putStore, readStore } from './key-store.ts'
import { keyStoreState } from './messages.ts'
import { operation } from './operation.ts'

/** Disconnects a store: its keys cannot be used until it is connected again. */
export const disconnectCustomKeyStore = operation('DisconnectCustomKeyStore', {
  on: callersAccount,
  async handle({ CustomKeyStoreId: id }, _record, context) {
    const { failure: _ended, ...store } = await readStore(context, id)
    if (store.state === 'DISCONNECTED') throw keyStoreState('The custom key store is already disconnected.')
    putStore(context.tx, { ...store, state: 'DISCONNECTED' })
    return {}
  },
})
