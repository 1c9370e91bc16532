import { TokenFailure } from '../../keys/token.ts'
import type { ConnectionErrorCodeType } from '../models/kms.ts'
import type { Finding } from '../operation.ts'
import { AwsError } from '../errors.ts'
import type { KeyStoreRecord } from './key-store.ts'
import { checkHealth } from './xks.ts'

/** Tries to reach what is behind a store. Nothing where that works, or why not, as `DescribeCustomKeyStores` tells it. */
export async function tryConnect(
  store: KeyStoreRecord,
  { call, platform }: Finding,
): Promise<ConnectionErrorCodeType | undefined> {
  try {
    if (store.xks) {
      const operation = 'ConnectCustomKeyStore'
      await checkHealth({ settings: store.xks, call, platform, operation, purpose: 'store' })
    }
    if (store.hsm) {
      const token = platform.tokens?.get(store.hsm.clusterId)
      if (!token) return 'CLUSTER_NOT_FOUND'
      await token.check(store.hsm.password)
    }
    return undefined
  } catch (error) {
    if (error instanceof TokenFailure) return tokenCodes[error.kind]
    if (error instanceof AwsError) return proxyCodes[error.code] ?? 'INTERNAL_ERROR'
    throw error
  }
}

const tokenCodes: Readonly<Record<TokenFailure['kind'], ConnectionErrorCodeType>> = {
  credentials: 'INVALID_CREDENTIALS',
  locked: 'USER_LOCKED_OUT',
  absent: 'INSUFFICIENT_CLOUDHSM_HSMS',
  'no-key': 'INTERNAL_ERROR',
  failed: 'INTERNAL_ERROR',
}

const proxyCodes: Readonly<Record<string, ConnectionErrorCodeType>> = {
  __proto__: null as never,
  XksProxyUriUnreachableException: 'XKS_PROXY_NOT_REACHABLE',
  XksProxyInvalidResponseException: 'XKS_PROXY_INVALID_RESPONSE',
  XksProxyIncorrectAuthenticationCredentialException: 'XKS_PROXY_ACCESS_DENIED',
  XksProxyInvalidConfigurationException: 'XKS_PROXY_INVALID_CONFIGURATION',
}
