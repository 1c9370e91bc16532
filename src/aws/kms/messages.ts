import { AwsError } from '../errors.ts'

const validation = (text: string) => new AwsError('ValidationException', text, { status: 400 })
const state = (text: string) => new AwsError('KMSInvalidStateException', text)
const unsupported = (text?: string) => new AwsError('UnsupportedOperationException', text)
const usage = (text: string) => new AwsError('InvalidKeyUsageException', text)
const limitExceeded = (text: string) => new AwsError('LimitExceededException', text)
const notFound = (text: string) => new AwsError('NotFoundException', text)

export const invalidKeyId = (id: string) => notFound(`Invalid keyId '${id}'`)
export const keyNotFound = (arn: string) => notFound(`Key '${arn}' does not exist`)
export const aliasNotFound = (arn: string) => notFound(`Alias ${arn} is not found.`)
export const invalidArn = (part: string) => notFound(`Invalid arn ${part}`)

export const disabled = (arn: string) => new AwsError('DisabledException', `${arn} is disabled.`)
export const pendingDeletion = (arn: string) => state(`${arn} is pending deletion.`)
export const pendingImport = (arn: string) => state(`${arn} is pending import.`)
export const pendingReplicaDeletion = (arn: string) => state(`${arn} is pending replica deletion.`)
export const unavailable = (arn: string) => state(`${arn} is unavailable.`)
export const notPendingDeletion = (arn: string) => state(`${arn} is not pending deletion.`)

export const invalidCiphertext = () => new AwsError('InvalidCiphertextException')
export const incorrectKey = () =>
  new AwsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  )
export const usageMismatch = (arn: string, has: string, action: string) =>
  usage(`${arn} key usage is ${has} which is not valid for ${action}.`)
export const algorithmMismatch = (algorithm: string, spec: string) =>
  usage(`Algorithm ${algorithm} is incompatible with key spec ${spec}.`)
export const plaintextTooLong = (algorithm: string, spec: string, most: number) =>
  validation(`Algorithm ${algorithm} and key spec ${spec} cannot encrypt data larger than ${most} bytes.`)
export const dataKeyLengthRequired = () => validation('Please specify either number of bytes or key spec.')
export const numberOfBytesRequired = () => validation('NumberOfBytes is required.')
export const ciphertextRequired = () => validation('CiphertextBlob is required.')
export const keyIdRequired = () => validation('KeyId is required.')
export const contextTooLong = (most: number) => validation(`EncryptionContext cannot be longer than ${most} bytes.`)
export const contextNotSupported = () =>
  validation('EncryptionContext is supported only with symmetric encryption KMS keys.')

export const wouldSucceed = () =>
  new AwsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.')
export const attestationUnsupported = () =>
  validation('The Recipient parameter needs an AWS Nitro enclave, whose attestation documents are not served here.')
export const invalidMarker = () => new AwsError('InvalidMarkerException', 'Could not deserialize marker')

export const malformedPolicy = (text: string) => new AwsError('MalformedPolicyDocumentException', text)
export const invalidPrincipals = () =>
  malformedPolicy('Policy contains a statement with one or more invalid principals.')
export const lockedOut = () =>
  malformedPolicy('The new key policy will not allow you to update the key policy in the future.')
export const unknownPolicyName = () => notFound('No such policy exists')
export const managedByService = (arn: string) =>
  unsupported(`${arn} is an AWS managed key, which AWS alone may change.`)

export const bothSpecs = () =>
  validation(
    'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
  )
export const usageRequired = () =>
  validation('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.')
export const usageIncompatible = (usageName: string, spec: string) =>
  validation(`KeyUsage ${usageName} is not compatible with KeySpec ${spec}`)
export const specNotSupported = (spec: string) => unsupported(`KeySpec ${spec} is not supported in this Region`)
export const tooManyKeys = (most: number) =>
  limitExceeded(`The limit of ${most} KMS keys in this account and Region is reached.`)

export const duplicateTags = () => new AwsError('TagException', 'Duplicate tag keys')
export const reservedTags = () => new AwsError('TagException', 'Tags beginning with aws: are reserved')
export const tooManyTags = () => new AwsError('TagException', 'Too many tags')

export const aliasPrefix = () =>
  validation(
    'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
  )
export const aliasCharacters = (name: string) => validation(`${name} contains invalid characters for an alias`)
export const aliasReserved = () => new AwsError('NotAuthorizedException', undefined, { status: 400 })
export const aliasExists = (arn: string) =>
  new AwsError('AlreadyExistsException', `An alias with the name ${arn} already exists`)
export const aliasKeysDiffer = () =>
  validation('The current and the new KMS key of an alias must be of the same type and have the same key usage.')
export const tooManyAliases = (most: number) => limitExceeded(`A KMS key cannot have more than ${most} aliases.`)

export const originNotValid = (arn: string, origin: string) =>
  unsupported(`${arn} origin is ${origin} which is not valid for this operation.`)
export const notForThisKey = () => unsupported()
export const wrongDigestLength = (algorithm: string) =>
  validation(`Digest is invalid length for algorithm ${algorithm}.`)
export const wrongMessageType = (type: string, algorithm: string) =>
  validation(`MessageType ${type} is not valid for algorithm ${algorithm}.`)
export const invalidSignature = () => new AwsError('KMSInvalidSignatureException')
export const invalidMac = () => new AwsError('KMSInvalidMacException')
export const invalidPublicKey = () => new AwsError('ValidationException', undefined, { status: 400 })
export const busy = () => new AwsError('ThrottlingException', 'Rate exceeded', { status: 400 })
export const noPublicKey = (arn: string, spec: string) =>
  unsupported(`${arn} key spec is ${spec} which is not valid for GetPublicKey.`)

export const notPrimary = (arn: string) => unsupported(`${arn} is not a multi-region primary key.`)
export const tooManyRotations = (arn: string) =>
  limitExceeded(
    `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
  )
export const noPendingMaterial = (arn: string) =>
  state(`No available key material pending rotation for the key: ${arn}.`)
export const awaitingReplicas = (arn: string) =>
  state(`The key material pending rotation has not been imported into all replica keys of ${arn}.`)

export const validToRequired = () =>
  validation('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES')
export const validToForbidden = () =>
  validation('A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE')
export const validToOutOfRange = () => validation('The validTo date must be in the future, by 365 days at most')
export const invalidImportToken = () => new AwsError('InvalidImportTokenException')
export const expiredImportToken = () => new AwsError('ExpiredImportTokenException')
export const incorrectMaterial = () => new AwsError('IncorrectKeyMaterialException')
export const onlySymmetricImport = () =>
  validation('ImportType, KeyMaterialDescription and KeyMaterialId are valid only for symmetric encryption KMS keys.')
export const materialPending = (arn: string, id: string, pending: string) =>
  state(
    `New key material (id: ${id}) cannot be imported into KMS key ${arn}, because another key material (id: ${pending}) is pending rotation.`,
  )
export const wrappingNotSupported = (algorithm: string) =>
  unsupported(`WrappingAlgorithm ${algorithm} is not supported.`)
export const wrappingNotValid = (algorithm: string, spec: string, keySpec: string) =>
  validation(
    `WrappingAlgorithm ${algorithm} with WrappingKeySpec ${spec} is not valid for key material of KeySpec ${keySpec}.`,
  )

export const invalidPrincipalArn = (principal: string) =>
  new AwsError('InvalidArnException', `ARN does not refer to a valid principal: ${principal}`)
export const invalidGrantId = (id: string) => new AwsError('InvalidGrantIdException', `Invalid grant id ${id}`)
export const grantNotFound = (id: string) => notFound(`Grant ID ${id} not found`)
export const invalidGrantToken = () => new AwsError('InvalidGrantTokenException', 'Invalid grant token')
export const grantReferenceRequired = () =>
  validation('You must specify either a grant token, or both a key ID and a grant ID.')
export const bothConstraints = () =>
  validation('A grant cannot have both EncryptionContextEquals and EncryptionContextSubset constraints.')
export const constraintNotSupported = () =>
  validation('Encryption context constraints are supported only with symmetric encryption KMS keys.')
export const constraintTooLarge = (pairs: number, length: number) =>
  validation(`A grant constraint can have up to ${pairs} pairs, with values of up to ${length} characters.`)
export const grantOperationsInvalid = (usageName: string) =>
  validation(`Operations contains an operation that a KMS key with KeyUsage ${usageName} does not support.`)
export const tooManyGrants = (most: number) => limitExceeded(`A KMS key cannot have more than ${most} grants.`)
export const tooManyGrantsForGrantee = (most: number) =>
  limitExceeded(`A principal cannot have more than ${most} grants on one KMS key.`)

export const replicaExists = (arn: string) => new AwsError('AlreadyExistsException', `${arn} already exists`)
export const regionNotSupported = (region: string) =>
  unsupported(`Region ${region} is not in the partition of this key.`)

export const keyStoreNotFound = () => new AwsError('CustomKeyStoreNotFoundException', 'Custom key store not found.')
export const keyStoreNameInUse = (name: string) =>
  new AwsError('CustomKeyStoreNameInUseException', `The custom key store name ${name} is already in use.`)
export const keyStoreState = (text: string) => new AwsError('CustomKeyStoreInvalidStateException', text)
export const keyStoreNotConnected = () => keyStoreState(notConnected)
export const keyStoreUnavailable = () => state(notConnected)
export const keyStoreHasKeys = () =>
  new AwsError('CustomKeyStoreHasCMKsException', 'The custom key store contains KMS keys. Delete them first.')
export const tooManyKeyStores = (most: number) =>
  limitExceeded(`The limit of ${most} custom key stores in this account and Region is reached.`)
export const keyStoreMember = (text: string) => validation(text)
export const xksUriInUse = () =>
  new AwsError('XksProxyUriInUseException', 'The URI endpoint and path are already used by another external key store.')
export const xksKeyInUse = (id: string) =>
  new AwsError('XksKeyAlreadyInUseException', `The external key ${id} is already associated with another KMS key.`)
export const xksKeyUnusable = () =>
  new AwsError(
    'XksKeyInvalidConfigurationException',
    'The external key must be an enabled AES-256 key that encrypts and decrypts.',
  )
export const clusterNotFound = (id: string) =>
  new AwsError('CloudHsmClusterNotFoundException', `The CloudHSM cluster ${id} is not known to this server.`)
export const clusterInUse = (id: string) =>
  new AwsError('CloudHsmClusterInUseException', `The CloudHSM cluster ${id} belongs to another custom key store.`)
export const onlySymmetricInStores = () =>
  validation('A custom key store holds symmetric encryption KMS keys of a single Region and no others.')

const notConnected =
  'This KMS key is in a custom key store that is not connected to its external key store proxy. Connect the external key store and try the request again.'
export const tokenFailed = (kind: string) =>
  state(`The CloudHSM cluster of this custom key store did not perform the operation (${kind}).`)

export const storeRequired = (origin: string) => validation(`Origin ${origin} requires CustomKeyStoreId.`)
export const storeNotForOrigin = (origin: string) =>
  validation(`CustomKeyStoreId and XksKeyId do not go with Origin ${origin} in this custom key store.`)
export const xksKeyIdRequired = () => validation('Origin EXTERNAL_KEY_STORE requires XksKeyId.')
