import { callersAccount } from './account.ts'
import { putStore, readStore } from './key-store.ts'
import { keyStoreState } from './messages.ts'
import { operation } from './operation.ts'
import { tryConnect } from './store-connection.ts'

/** Connects a store to what is behind it. That it failed is told by `DescribeCustomKeyStores`. */
export const connectCustomKeyStore = operation('ConnectCustomKeyStore', {
  on: callersAccount,
  async handle({ CustomKeyStoreId: id }, _record, context) {
    const store = await readStore(context, id)
    if (store.state === 'FAILED') throw keyStoreState('Disconnect the custom key store before you connect it again.')
    const failure = await tryConnect(store, context)
    const { failure: _before, ...kept } = store
    putStore(
      context.tx,
      failure === undefined ? { ...kept, state: 'CONNECTED' } : { ...kept, state: 'FAILED', failure },
    )
    return {}
  },
})
