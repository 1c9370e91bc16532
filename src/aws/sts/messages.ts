import type { PolicyFault } from '../../iam/fault.ts'
import { faultSentence } from '../../iam/messages.ts'
import { AwsError } from '../errors.ts'

const denied = (text: string) => new AwsError('AccessDenied', text, { status: 403 })
const validation = (text: string) => new AwsError('ValidationError', text, { status: 400 })
const badValue = (text: string) => new AwsError('InvalidParameterValue', text, { status: 400 })

export const invalidRoleArn = (arn: string) => validation(`${arn} is invalid`)
export const rootMayNotAssume = () => denied('Roles may not be assumed by root accounts.')
export const longerThanRole = () =>
  validation('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
export const longerThanChain = () =>
  validation('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.')

export const transitiveKeyMissing = () =>
  badValue('The specified transitive tag key must be included in the requested tags.')
export const duplicateTagKeys = () =>
  badValue('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
export const inheritedTagKey = () =>
  badValue(
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
  )
export const reservedTagKey = () => badValue('Tag keys beginning with aws: are reserved for system use.')
export const otherSourceIdentity = () =>
  denied('The source identity that is set in the calling session cannot be changed.')

export const malformedPolicy = (fault: PolicyFault) =>
  new AwsError('MalformedPolicyDocumentException', faultSentence(fault))
export const policyTooLong = (policy: string, most: number) =>
  validation(
    `1 validation error detected: Value '${policy}' at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  )
export const tooManyPolicyArns = (most: number) => validation(`Cannot exceed quota for PolicyArns: ${most}`)
export const policyNotFound = (arn: string) => validation(`Policy ${arn} does not exist or is not attachable.`)
export const packedTooLarge = (percent: number) =>
  new AwsError(
    'PackedPolicyTooLargeException',
    `Serialized token too large for session: packed size is ${percent}% of the allowed maximum.`,
  )

/** `GetSessionToken` and `GetFederationToken` are for long-term credentials. */
export const notWithSession = (operation: string) => denied(`Cannot call ${operation} with session credentials`)
export const notWithFederation = (operation: string) =>
  denied(`Cannot call ${operation} with federation token credentials`)
export const onlyForUsers = (operation: string) => denied(`Cannot call ${operation} without an IAM user or root user`)
export const wrongCode = () =>
  denied(
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
  )
export const unknownKeyId = () => validation('The access key ID is not valid.')

const badToken = (text: string) => new AwsError('InvalidIdentityTokenException', text)

export const notATokenAtAll = () =>
  badToken('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)')
export const unknownProvider = (issuer: string) =>
  badToken(`No OpenIDConnect provider found in your account for ${issuer}`)
export const ownToken = () => badToken('Tokens that this service issued are not accepted by it.')
export const wrongAudience = () => badToken('Incorrect token audience')
export const claimMissing = (claim: string) => badToken(`Missing a required claim: ${claim}`)
export const noVerificationKey = () =>
  badToken(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
  )
export const wrongSignature = () => badToken('Provided Token signature is invalid.')
export const notYetValid = () => badToken('Provided Token is not yet valid.')
export const tokenExpired = (nowSeconds: number, expirySeconds: number) =>
  new AwsError(
    'ExpiredTokenException',
    `Token expired: current date/time ${nowSeconds} must be before the expiration date/time ${expirySeconds}`,
  )
export const badTagClaims = () => badToken('The session tags in the token are not valid.')
export const notAuthorized = (action: string) => denied(`Not authorized to perform ${action}`)

export const unknownSamlProvider = () => badToken("Specified provider doesn't exist")
export const badSamlResponse = () => badToken('Response did not contain a valid SAML assertion')
export const samlSignatureInvalid = () => badToken('Response signature invalid')
export const assertionUsed = () => badToken('The SAML assertion was used before.')
export const wrongIssuer = () => badToken('Issuer not present in specified provider')
export const notForHere = () => badToken('The SAML assertion is not meant for this service.')
export const attributeMissing = (name: string) => badToken(`${name} is required in AuthnResponse`)
export const attributeInvalid = (name: string) => badToken(`${name} in AuthnResponse is not valid`)
export const expiredAssertion = () =>
  new AwsError('ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance')

export const invalidAuthorizationMessage = () =>
  new AwsError('InvalidAuthorizationMessageException', 'Message is not valid')

export const federationDisabled = () =>
  new AwsError(
    'OutboundWebIdentityFederationDisabledException',
    'Outbound web identity federation is not enabled for this account.',
  )
export const longerThanSession = () =>
  new AwsError(
    'SessionDurationEscalationException',
    'The requested token duration would extend the session beyond its original expiration time.',
  )
export const tokenTooLarge = () =>
  new AwsError('JWTPayloadSizeExceededException', 'The requested token payload size exceeds the maximum allowed size.')
export const unknownTokenAlgorithm = (name: string) =>
  validation(
    `1 validation error detected: Value '${name}' at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RS256, ES384]`,
  )
