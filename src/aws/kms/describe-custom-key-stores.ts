import { Secret } from '../../base/secret.ts'
import type { CustomKeyStoresListEntry, DescribeCustomKeyStoresRequest } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { callersAccount } from './account.ts'
import { findStoreByName, type KeyStoreRecord, keyStoreTable, readStore } from './key-store.ts'
import { pageOf, readMarker } from './marker.ts'
import { keyStoreMember, keyStoreNotFound } from './messages.ts'
import { operation } from './operation.ts'

const listing = { operation: 'DescribeCustomKeyStores' }

/** The custom key stores of the account in the region, or one of them. */
export const describeCustomKeyStores = operation('DescribeCustomKeyStores', {
  on: callersAccount,
  async handle(input, _record, context) {
    const { Limit: limit = 100 } = input
    const stores = await storesOf(input, limit, context)
    const { entries, end } = await pageOf(listing, context, stores, limit, ({ id }) => id)
    return { CustomKeyStores: entries.map(entryOf), ...end }
  },
})

async function storesOf(
  { CustomKeyStoreId: id, CustomKeyStoreName: name, Marker }: DescribeCustomKeyStoresRequest,
  limit: number,
  context: Context,
): Promise<readonly KeyStoreRecord[]> {
  const { tx, call } = context
  const { account } = call.caller
  if (id !== undefined && name !== undefined) {
    throw keyStoreMember('Specify CustomKeyStoreId or CustomKeyStoreName, but not both.')
  }
  if (id !== undefined) return [await readStore(context, id)]
  if (name !== undefined) {
    const store = await findStoreByName(tx, account, call.region, name)
    if (!store) throw keyStoreNotFound()
    return [store]
  }
  const under = [account, call.region]
  const last = await readMarker(listing, context, Marker)
  const after = last === undefined ? {} : { after: [...under, last] }
  const rows = await keyStoreTable.range(tx, { under, limit: limit + 1, ...after })
  return rows.map(({ record }) => record)
}

function entryOf(store: KeyStoreRecord): CustomKeyStoresListEntry {
  const { xks, hsm } = store
  return {
    CustomKeyStoreId: store.id,
    CustomKeyStoreName: store.name,
    CustomKeyStoreType: xks ? 'EXTERNAL_KEY_STORE' : 'AWS_CLOUDHSM',
    ConnectionState: store.state,
    ConnectionErrorCode: store.failure,
    CreationDate: store.createdAt,
    ...(hsm && { CloudHsmClusterId: hsm.clusterId, TrustAnchorCertificate: hsm.trustAnchor }),
    ...(xks && {
      XksProxyConfiguration: {
        Connectivity: xks.connectivity,
        AccessKeyId: new Secret(xks.accessKeyId),
        UriEndpoint: xks.endpoint,
        UriPath: xks.path,
        VpcEndpointServiceName: xks.vpcServiceName,
        VpcEndpointServiceOwner: xks.vpcServiceOwner,
      },
    }),
  }
}
