import { AwsError } from '../errors.ts'

const validation = (text: string) => new AwsError('ValidationException', text, { status: 400 })
const state = (text: string) => new AwsError('KMSInvalidStateException', text)
const unsupported = (text?: string) => new AwsError('UnsupportedOperationException', text)
const usage = (text: string) => new AwsError('InvalidKeyUsageException', text)
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
export const notForDataKeys = (arn: string, spec: string) =>
  usage(`${arn} key spec is ${spec} which is not valid for generating data keys.`)

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

export const notServedSpec = (spec: string) => unsupported(`Key spec ${spec} is not supported in this Region.`)
