import { randomBytes } from 'node:crypto'
import type { CreateCustomKeyStoreRequest } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { callersAccount } from './account.ts'
import { type HsmSettings, hold, type KeyStoreRecord, keyStoreTable, putStore, type XksSettings } from './key-store.ts'
import {
  clusterInUse,
  clusterNotFound,
  keyStoreMember,
  keyStoreNameInUse,
  tooManyKeyStores,
  xksUriInUse,
} from './messages.ts'
import { operation } from './operation.ts'
import { checkHealth } from './xks.ts'

/** KMS quotas: custom key stores of an account in a region. */
const mostStores = 10

/** Makes known a key store outside of KMS: behind a proxy, or on a hardware token. */
export const createCustomKeyStore = operation('CreateCustomKeyStore', {
  on: callersAccount,
  async handle(input, _record, context) {
    const { tx, call, platform } = context
    const { account } = call.caller
    const { region } = call
    const stores = await keyStoreTable.range(tx, { under: [account, region], limit: mostStores + 1 })
    if (stores.length >= mostStores) throw tooManyKeyStores(mostStores)
    const store: KeyStoreRecord = {
      id: `cks-${randomBytes(9).toString('hex').slice(0, 17)}`,
      account,
      region,
      name: input.CustomKeyStoreName,
      createdAt: platform.clock.now(),
      state: 'DISCONNECTED',
      keys: 0,
      ...(input.CustomKeyStoreType === 'EXTERNAL_KEY_STORE'
        ? { xks: xksSettings(input) }
        : { hsm: hsmSettings(input) }),
    }
    if (!(await hold(tx, store, 'name', store.name))) throw keyStoreNameInUse(store.name)
    if (store.xks) await claimProxy(store, store.xks, context)
    if (store.hsm) await claimCluster(store, store.hsm, context)
    putStore(tx, store)
    return { CustomKeyStoreId: store.id }
  },
})

async function claimProxy(store: KeyStoreRecord, settings: XksSettings, context: Context): Promise<void> {
  const { tx, call, platform } = context
  if (!(await hold(tx, store, 'uri', settings.endpoint + settings.path))) throw xksUriInUse()
  if (settings.connectivity === 'VPC_ENDPOINT_SERVICE') return
  await checkHealth({ settings, call, platform, operation: 'CreateCustomKeyStore', purpose: 'store' })
}

async function claimCluster(
  store: KeyStoreRecord,
  { clusterId }: HsmSettings,
  { tx, platform }: Context,
): Promise<void> {
  if (!platform.tokens?.has(clusterId)) throw clusterNotFound(clusterId)
  if (!(await hold(tx, store, 'cluster', clusterId))) throw clusterInUse(clusterId)
}

function xksSettings(input: CreateCustomKeyStoreRequest): XksSettings {
  const {
    XksProxyConnectivity: connectivity,
    XksProxyUriEndpoint: endpoint,
    XksProxyUriPath: path,
    XksProxyAuthenticationCredential: credential,
    XksProxyVpcEndpointServiceName: vpcServiceName,
    XksProxyVpcEndpointServiceOwner: vpcServiceOwner,
  } = input
  const forClusters = input.CloudHsmClusterId ?? input.TrustAnchorCertificate ?? input.KeyStorePassword
  if (forClusters !== undefined) throw keyStoreMember('An external key store has no CloudHSM parameters.')
  if (!connectivity || !endpoint || !path || !credential) {
    throw keyStoreMember(
      'An external key store requires XksProxyConnectivity, XksProxyUriEndpoint, XksProxyUriPath and XksProxyAuthenticationCredential.',
    )
  }
  if ((connectivity === 'VPC_ENDPOINT_SERVICE') !== (vpcServiceName !== undefined)) {
    throw keyStoreMember(
      'XksProxyVpcEndpointServiceName is required with VPC_ENDPOINT_SERVICE connectivity and not valid without it.',
    )
  }
  return {
    connectivity,
    endpoint,
    path,
    accessKeyId: credential.AccessKeyId.reveal(),
    secretAccessKey: credential.RawSecretAccessKey.reveal(),
    ...(vpcServiceName !== undefined && { vpcServiceName }),
    ...(vpcServiceOwner !== undefined && { vpcServiceOwner }),
  }
}

function hsmSettings(input: CreateCustomKeyStoreRequest): HsmSettings {
  const { CloudHsmClusterId: clusterId, TrustAnchorCertificate: trustAnchor, KeyStorePassword: password } = input
  const forProxies = input.XksProxyUriEndpoint ?? input.XksProxyUriPath ?? input.XksProxyAuthenticationCredential
  if (forProxies !== undefined) throw keyStoreMember('A CloudHSM key store has no external key store parameters.')
  if (!clusterId || !trustAnchor || !password) {
    throw keyStoreMember(
      'A CloudHSM key store requires CloudHsmClusterId, TrustAnchorCertificate and KeyStorePassword.',
    )
  }
  return { clusterId, trustAnchor, password: password.reveal() }
}
