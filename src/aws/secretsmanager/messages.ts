import { AwsError } from '../errors.ts'

const invalidParameter = (text: string) => new AwsError('InvalidParameterException', text)
const invalidRequest = (text: string) => new AwsError('InvalidRequestException', text)
const resourceNotFound = (text: string) => new AwsError('ResourceNotFoundException', text)
const limitExceeded = (text: string) => new AwsError('LimitExceededException', text)
const malformedPolicy = (text: string) => new AwsError('MalformedPolicyDocumentException', text)
const validation = (text: string) => new AwsError('ValidationException', text, { status: 400 })
const accessDenied = (text: string) => new AwsError('AccessDeniedException', text, { status: 400 })

export const invalidName = () =>
  validation('Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!')
export const valueTooLong = (member: 'secretString' | 'secretBinary') =>
  validation(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to 65536`,
  )

const tokenRequired = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.'
export const clientRequestTokenRequired = () => invalidRequest(tokenRequired)
export const rotationTokenRequired = () => invalidParameter(tokenRequired)
export const tokenInUse = (token: string, arn: string) =>
  new AwsError(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  )

export const notFound = () => resourceNotFound("Secrets Manager can't find the specified secret.")
export const stageNotFound = (stage: string) =>
  resourceNotFound(`Secrets Manager can't find the specified secret value for staging label: ${stage}`)
export const versionNotFound = (id: string) =>
  resourceNotFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`)
export const stageNotOnVersion = () =>
  invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.')

export const alreadyExists = (name: string) =>
  new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`)
export const nameScheduledForDeletion = () =>
  invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.")
export const markedForDeletion = () =>
  invalidRequest("You can't perform this operation on the secret because it was marked for deletion.")
export const secretQuotaReached = (most: number) =>
  limitExceeded(`You can't create more than ${most} secrets in this account and Region.`)
export const versionQuotaReached = (most: number) =>
  limitExceeded(
    `You can't add a version to this secret, because it has ${most} versions and none of them that has no staging label is older than 24 hours.`,
  )
export const stageQuotaReached = (most: number) =>
  limitExceeded(`You can't attach more than ${most} staging labels to the versions of a secret.`)

export const valueRequired = () => invalidRequest('You must provide either SecretString or SecretBinary.')
export const bothValues = () =>
  invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
export const defaultKeyAcrossAccounts = () =>
  invalidRequest(
    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
  )
export const kmsAccessDenied = () => accessDenied('Access to KMS is not allowed')
export const encryptionFailed = () =>
  new AwsError(
    'EncryptionFailure',
    "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.",
  )
export const decryptionFailed = () =>
  new AwsError(
    'DecryptionFailure',
    "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
  )

export const removeFromRequired = (stage: string, versionId: string) =>
  invalidParameter(
    `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${versionId}, so you must explicitly reference that version in RemoveFromVersionId.`,
  )
export const stageNotOnRemoved = (stage: string, versionId: string) =>
  invalidParameter(`The staging label ${stage} isn't attached to version ${versionId}.`)
export const stageMoveRequired = () =>
  invalidParameter('You must provide MoveToVersionId or RemoveFromVersionId, or both of them.')
export const currentNotRemovable = () =>
  invalidParameter(
    'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
  )

export const windowAndForce = () =>
  invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
export const windowOutOfRange = () =>
  invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).')
export const hasReplicas = (arn: string, regions: readonly string[]) =>
  invalidParameter(`You can't delete secret ${arn} that still has replica regions [${regions.join(', ')}].`)

export const replicaReadOnly = () =>
  invalidParameter("Operation not permitted on a replica secret. Call must be made in primary secret's region.")
export const notReplica = () => invalidParameter('You can stop replication to a replica secret only.')
export const invalidReplicaRegion = () => invalidParameter('Invalid replica region.')
export const replicaNameTaken = (name: string, region: string) =>
  new AwsError('ResourceExistsException', `Replication failed: Secret name ${name} already exists in region ${region}.`)
export const replicaOfAnother = (name: string, region: string) =>
  new AwsError(
    'ResourceExistsException',
    `Replication failed: Secret name ${name} is currently replicated to ${region} with a different arn.`,
  )

export const duplicateTags = () => invalidParameter('Duplicate tag keys found.')
export const reservedTag = () => invalidParameter('Tag keys that start with aws: are reserved for AWS use.')
export const tagKeyRequired = () => invalidParameter('You must provide a key for each tag.')
export const tooManyTags = (most: number) => invalidParameter(`You can't attach more than ${most} tags to a secret.`)

const syntaxError = 'This resource policy contains a syntax error.'
const unsupported = 'This resource policy contains an unsupported principal.'
const broadAccess = "You can't attach a resource-based policy that allows broad access to the secret."
const lockOut = 'Your requested changes will not allow you to manage this secret in the future.'
export const policyTexts = { syntaxError, unsupported, broadAccess, lockOut } as const
export const policySyntax = () => malformedPolicy(syntaxError)
export const unsupportedPrincipal = () => malformedPolicy(unsupported)
export const publicPolicy = () => new AwsError('PublicPolicyException', broadAccess)
export const policyLocksOut = () => invalidParameter(lockOut)

export const passwordTooShort = () => invalidParameter('Password length is too short based on the required types.')
export const typeExcluded = () => invalidParameter('All characters of the desired type have been excluded.')
export const allExcluded = () => invalidParameter('All characters have been excluded from selection.')

export const invalidNextToken = () => new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.')
export const filterIncomplete = () => invalidParameter('You must provide a Key and Values for each filter.')
export const idsXorFilters = () =>
  invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
export const filtersForPaging = (member: 'MaxResults' | 'NextToken') =>
  invalidParameter(`'Filters' not specified. 'Filters' must also be specified when '${member}' is provided.`)

export const noRotationFunction = () =>
  invalidRequest('No Lambda rotation function ARN is associated with this secret.')
export const rotationIncomplete = () =>
  invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.")
export const functionNotInvocable = () =>
  accessDenied(
    'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
  )
export const daysAndSchedule = () =>
  invalidParameter('You cannot specify both rotation frequency and schedule expression together.')
export const durationNeedsSchedule = () =>
  invalidParameter('You must specify a rotation schedule when you specify a rotation window duration.')
export const invalidSchedule = (why: string) => invalidParameter(`The rotation schedule is invalid: ${why}`)
export const externalRotationUnsupported = () =>
  invalidParameter('External secret rotation is available only for secrets of a managed external type.')
export const rotationTokenInUse = (token: string, arn: string) =>
  invalidRequest(
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  )
export const noSuchRotator = (why: string) => invalidParameter(why)
export const rotatorRefuses = (why: string) => invalidRequest(`The secret can't be rotated by this rotator: ${why}`)
