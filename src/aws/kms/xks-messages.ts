import { AwsError } from '../errors.ts'
import type { XksFailureKind } from './xks-proxy.ts'

/** What KMS was asked for when a proxy failed it: the same failure has another code for each, and one text. */
export type XksPurpose = 'store' | 'key' | 'use'

const notUnderstood =
  'AWS KMS cannot interpret the response from the external key store proxy. If you see this error repeatedly, report it to your external key store proxy administrator.'

/** External key store proxy API specification, «Error codes», the table of KMS exceptions and messages. */
const texts: Readonly<Record<XksFailureKind, string>> = {
  ValidationException: notUnderstood,
  malformed: notUnderstood,
  InvalidStateException:
    'The external key associated with this KMS key in an external key store is not enabled in the external key manager. Enable the external key in the external key manager and retry the request.',
  InvalidCiphertextException:
    'The external key store proxy rejected the request because the specified ciphertext or encryption context is corrupted, missing, or otherwise invalid.',
  InvalidKeyUsageException:
    'The external key associated with this KMS key in an external key store does not support the requested operation. Enable the operation on the key in your external key manager, and try the request again.',
  AuthenticationFailedException:
    'The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify the XKS proxy authentication credentials for your external key store and update if necessary.',
  AccessDeniedException:
    'The external key store proxy denied access to the operation. Verify that the user and the external key are both authorized for this operation, and try the request again.',
  KeyNotFoundException:
    'The external key associated with this KMS key in an external key store was not found in its external key manager. If the external key ID associated with this KMS key is incorrect, create a new KMS key with the correct external key ID.',
  InvalidUriPathException:
    'The external key store proxy rejected the request because of an invalid URI path. Verify the URI path for your external key store and update if necessary.',
  ThrottlingException:
    'The external key store proxy rejected the request due to a very high request rate. Reduce the frequency of your calls using KMS keys in this external key store.',
  UnsupportedOperationException:
    'The external key store proxy rejected the request because it does not support the requested operation. If you see this error repeatedly, report it to your external key store proxy administrator.',
  DependencyTimeoutException:
    'The external key store proxy did not respond to the request in the time allotted. Retry the request. If you see this error repeatedly, report it to your external key store proxy administrator.',
  InternalException:
    'The external key store proxy rejected the request because it cannot communicate with the external key manager. Verify that the external key store proxy configuration is correct and that the external key manager is available.',
  unreachable:
    'AWS KMS cannot communicate with the external key store proxy. This might be a transient network issue. If you see this error repeatedly, verify that your external key store proxy is active and is connected to the network, and that its endpoint URI is correct in your external key store.',
  tls: 'AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS configuration, including its certificate.',
  timeout:
    'AWS KMS rejected the request because the external key store proxy did not respond in time. Retry the request. If you see this error repeatedly, report it to your external key store proxy administrator.',
}

/** The codes that differ from what the purpose has for the rest. */
const codes: Readonly<Record<XksPurpose, Readonly<Partial<Record<XksFailureKind, string>>>>> = {
  store: {
    ValidationException: 'XksProxyInvalidResponseException',
    malformed: 'XksProxyInvalidResponseException',
    InternalException: 'XksProxyInvalidResponseException',
    AuthenticationFailedException: 'XksProxyIncorrectAuthenticationCredentialException',
    InvalidUriPathException: 'XksProxyInvalidConfigurationException',
    InvalidStateException: 'XksProxyInvalidConfigurationException',
    UnsupportedOperationException: 'XksProxyInvalidResponseException',
    AccessDeniedException: 'XksProxyInvalidConfigurationException',
  },
  key: {
    InvalidStateException: 'XksKeyInvalidConfigurationException',
    InvalidKeyUsageException: 'XksKeyInvalidConfigurationException',
    KeyNotFoundException: 'XksKeyNotFoundException',
    AccessDeniedException: 'KMSInvalidStateException',
  },
  use: {},
}

const otherwise: Readonly<Record<XksPurpose, string>> = {
  store: 'XksProxyUriUnreachableException',
  key: 'CustomKeyStoreInvalidStateException',
  use: 'KMSInvalidStateException',
}

export function xksRefusal(kind: XksFailureKind, purpose: XksPurpose): AwsError {
  return new AwsError(codes[purpose][kind] ?? otherwise[purpose], texts[kind])
}
