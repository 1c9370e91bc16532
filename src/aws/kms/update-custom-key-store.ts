import type { UpdateCustomKeyStoreRequest } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { callersAccount } from './account.ts'
import {
  hold,
  type HsmSettings,
  type KeyStoreRecord,
  letGo,
  putStore,
  readStore,
  type XksSettings,
} from './key-store.ts'
import {
  clusterInUse,
  clusterNotFound,
  keyStoreMember,
  keyStoreNameInUse,
  keyStoreState,
  xksUriInUse,
} from './messages.ts'
import { operation } from './operation.ts'
import { checkHealth } from './xks.ts'

/** Changes how a store is called or reached. */
export const updateCustomKeyStore = operation('UpdateCustomKeyStore', {
  on: callersAccount,
  async handle(input, _record, context) {
    const store = await readStore(context, input.CustomKeyStoreId)
    const renamed = await rename(store, input.NewCustomKeyStoreName, context)
    const hsm = renamed.hsm && (await newHsm(renamed, renamed.hsm, input, context))
    const xks = renamed.xks && (await newXks(renamed, renamed.xks, input, context))
    refuseForeign(renamed, input)
    putStore(context.tx, { ...renamed, ...(hsm && { hsm }), ...(xks && { xks }) })
    return {}
  },
})

async function rename(store: KeyStoreRecord, name: string | undefined, { tx }: Context): Promise<KeyStoreRecord> {
  if (name === undefined || name === store.name) return store
  if (!(await hold(tx, store, 'name', name))) throw keyStoreNameInUse(name)
  letGo(tx, store, 'name', store.name)
  return { ...store, name }
}

function refuseForeign({ xks }: KeyStoreRecord, input: UpdateCustomKeyStoreRequest): void {
  const ofProxies =
    input.XksProxyUriEndpoint ??
    input.XksProxyUriPath ??
    input.XksProxyConnectivity ??
    input.XksProxyAuthenticationCredential ??
    input.XksProxyVpcEndpointServiceName
  const ofClusters = input.CloudHsmClusterId ?? input.KeyStorePassword
  if ((xks ? ofClusters : ofProxies) !== undefined) {
    throw keyStoreMember('A parameter is not valid for this type of custom key store.')
  }
}

async function newHsm(
  store: KeyStoreRecord,
  settings: HsmSettings,
  { CloudHsmClusterId: clusterId, KeyStorePassword: password }: UpdateCustomKeyStoreRequest,
  { tx, platform }: Context,
): Promise<HsmSettings> {
  if (clusterId === undefined && password === undefined) return settings
  checkDisconnected(store)
  if (clusterId !== undefined && clusterId !== settings.clusterId) {
    if (!platform.tokens?.has(clusterId)) throw clusterNotFound(clusterId)
    if (!(await hold(tx, store, 'cluster', clusterId))) throw clusterInUse(clusterId)
    letGo(tx, store, 'cluster', settings.clusterId)
  }
  return {
    ...settings,
    ...(clusterId !== undefined && { clusterId }),
    ...(password !== undefined && { password: password.reveal() }),
  }
}

async function newXks(
  store: KeyStoreRecord,
  before: XksSettings,
  input: UpdateCustomKeyStoreRequest,
  { tx, call, platform }: Context,
): Promise<XksSettings> {
  const settings = mergedXks(before, input)
  const ofConnection = input.XksProxyUriEndpoint ?? input.XksProxyConnectivity ?? input.XksProxyVpcEndpointServiceName
  if (ofConnection !== undefined) checkDisconnected(store)
  const uri = settings.endpoint + settings.path
  if (uri !== before.endpoint + before.path) {
    if (!(await hold(tx, store, 'uri', uri))) throw xksUriInUse()
    letGo(tx, store, 'uri', before.endpoint + before.path)
  }
  const changed = ofConnection ?? input.XksProxyUriPath ?? input.XksProxyAuthenticationCredential
  const reachable = settings.connectivity === 'PUBLIC_ENDPOINT' || store.state === 'CONNECTED'
  if (changed !== undefined && reachable) {
    await checkHealth({ settings, call, platform, operation: 'UpdateCustomKeyStore', purpose: 'store' })
  }
  return settings
}

function mergedXks(before: XksSettings, input: UpdateCustomKeyStoreRequest): XksSettings {
  const { vpcServiceName, vpcServiceOwner, ...kept } = before
  const connectivity = input.XksProxyConnectivity ?? before.connectivity
  const credential = input.XksProxyAuthenticationCredential
  const name = input.XksProxyVpcEndpointServiceName ?? vpcServiceName
  const owner = input.XksProxyVpcEndpointServiceOwner ?? vpcServiceOwner
  const inVpc = connectivity === 'VPC_ENDPOINT_SERVICE'
  if (inVpc && name === undefined) {
    throw keyStoreMember('XksProxyVpcEndpointServiceName is required with VPC_ENDPOINT_SERVICE connectivity.')
  }
  return {
    ...kept,
    connectivity,
    endpoint: input.XksProxyUriEndpoint ?? before.endpoint,
    path: input.XksProxyUriPath ?? before.path,
    ...(credential && {
      accessKeyId: credential.AccessKeyId.reveal(),
      secretAccessKey: credential.RawSecretAccessKey.reveal(),
    }),
    ...(inVpc && name !== undefined && { vpcServiceName: name }),
    ...(inVpc && owner !== undefined && { vpcServiceOwner: owner }),
  }
}

function checkDisconnected({ state }: KeyStoreRecord): void {
  if (state !== 'DISCONNECTED') throw keyStoreState('Disconnect the custom key store before you change this.')
}
