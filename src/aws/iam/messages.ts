import type { PolicyFault } from '../../iam/fault.ts'
import { faultSentence } from '../../iam/messages.ts'
import { AwsError } from '../errors.ts'

/** What IAM calls its things in errors. */
export type Noun = 'user' | 'role' | 'group'

const capital = { user: 'User', role: 'Role', group: 'Group' } as const
const plural = { user: 'Users', role: 'Roles', group: 'Groups' } as const

const noSuchEntity = (text: string) => new AwsError('NoSuchEntityException', text)
const exists = (text: string) => new AwsError('EntityAlreadyExistsException', text)
const limit = (text: string) => new AwsError('LimitExceededException', text)
const conflict = (text: string) => new AwsError('DeleteConflictException', text)
const invalidInput = (text: string) => new AwsError('InvalidInputException', text)
const validation = (text: string) => new AwsError('ValidationError', text, { status: 400 })

export const entityNotFound = (noun: Noun, name: string) =>
  noSuchEntity(`The ${noun} with name ${name} cannot be found.`)
export const entityExists = (noun: Noun, name: string) => exists(`${capital[noun]} with name ${name} already exists.`)
export const tooManyEntities = (noun: Noun, quota: number) =>
  limit(`Cannot exceed quota for ${plural[noun]}PerAccount: ${quota}`)

export const tooManyGroups = (quota: number) => limit(`Cannot exceed quota for GroupsPerUser: ${quota}`)

export const tooManyMembersToRename = (most: number) => limit(`A group with more than ${most} users cannot be renamed.`)

export const inlinePolicyNotFound = (noun: Noun, name: string) =>
  noSuchEntity(`The ${noun} policy with name ${name} cannot be found.`)
export const inlinePoliciesTooLarge = (noun: Noun, name: string, bytes: number) =>
  limit(`Maximum policy size of ${bytes} bytes exceeded for ${noun} ${name}`)

export const policyNotFound = (arn: string) => noSuchEntity(`Policy ${arn} was not found.`)
export const policyNotAttachable = (arn: string) => noSuchEntity(`Policy ${arn} does not exist or is not attachable.`)
export const boundaryNotAttachable = (arn: string) =>
  noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`)
export const policyVersionNotFound = (arn: string, version: string) =>
  noSuchEntity(`Policy ${arn} version ${version} does not exist or is not attachable.`)
export const policyExists = (name: string) =>
  exists(`A policy called ${name} already exists. Duplicate names are not allowed.`)
export const tooManyPolicies = (quota: number) => limit(`Cannot exceed quota for PoliciesPerAccount: ${quota}`)
export const policyTooLarge = (quota: number) => limit(`Cannot exceed quota for PolicySize: ${quota}`)
export const trustTooLarge = (quota: number) => limit(`Cannot exceed quota for ACLSizePerRole: ${quota}`)
export const tooManyAttached = (noun: Noun, quota: number) =>
  limit(`Cannot exceed quota for PoliciesPer${capital[noun]}: ${quota}`)
export const policyAttached = () => conflict('Cannot delete a policy attached to entities.')
export const policyHasVersions = () =>
  conflict(
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  )
export const tooManyVersions = (most: number) =>
  limit(
    `A managed policy can have up to ${most} versions. Before you create a new version, you must delete an existing version.`,
  )
export const defaultVersionStays = () => conflict('Cannot delete the default version of a policy.')
export const unparsableArn = () => validation('Invalid ARN:  Could not be parsed!')
/** Policies of AWS itself belong to nobody who could change them. */
export const policyOfAws = (action: string, arn: string) =>
  new AwsError('AccessDenied', `User is not authorized to perform: ${action} on resource: policy ${arn}`, {
    status: 403,
  })

export const noBoundary = (noun: Noun, name: string) =>
  noSuchEntity(`${capital[noun]} ${name} does not have a permissions boundary.`)

/** Why something cannot be deleted yet. */
export const mustGoFirst = {
  accessKeys: () => conflict('Cannot delete entity, must delete access keys first.'),
  attached: () => conflict('Cannot delete entity, must detach all policies first.'),
  inline: () => conflict('Cannot delete entity, must delete policies first.'),
  groups: () => conflict('Cannot delete entity, must remove users from group first.'),
  mfaDevices: () => conflict('Cannot delete entity, must delete MFA device first.'),
  enabledDevice: () => conflict('Cannot delete entity, must deactivate MFA device first.'),
  instanceProfiles: () => conflict('Cannot delete entity, must remove roles from instance profile first.'),
} as const

export const accessKeyNotFound = (id: string) => noSuchEntity(`The Access Key with id ${id} cannot be found.`)
export const tooManyAccessKeys = (quota: number) => limit(`Cannot exceed quota for AccessKeysPerUser: ${quota}`)
export const nameRequired = () => validation('Must specify userName when calling with non-User credentials')

export const malformedPolicy = (fault: PolicyFault) =>
  new AwsError('MalformedPolicyDocumentException', faultSentence(fault))
export const trustNotJson = () => new AwsError('MalformedPolicyDocumentException', 'This policy contains invalid Json')
export const unknownPrincipal = (value: string) =>
  new AwsError('MalformedPolicyDocumentException', `Invalid principal in policy: "AWS":"${value}"`)

export const duplicateTagKeys = () =>
  invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
export const tooManyTags = () => limit('The number of tags has reached the maximum limit.')
export const reservedTagKey = () =>
  invalidInput('Tag keys beginning with aws: are reserved for system use and cannot be set or removed.')

export const deviceNotFound = (serial: string) => noSuchEntity(`MFA Device invalid for user or not found: ${serial}`)
export const deviceExists = () => exists('MFADevice entity at the same path and name already exists.')
export const deviceInUse = () => exists('MFA Device is already in use.')
export const tooManyDevices = (quota: number) => limit(`Cannot exceed quota for MFADevicesPerUser: ${quota}`)
export const wrongDeviceCode = () =>
  new AwsError('InvalidAuthenticationCodeException', 'Authentication code for device is not valid')

export const loginProfileNotFound = (user: string) => noSuchEntity(`Login Profile for User ${user} cannot be found.`)
export const reportNotPresent = () =>
  new AwsError('CredentialReportNotPresentException', 'No report is present. Generate one first.')
export const reportExpired = () =>
  new AwsError('CredentialReportExpiredException', 'The most recent credential report has expired. Generate a new one.')
export const jobNotFound = (id: string) => noSuchEntity(`Job with id ${id} cannot be found.`)

export const aliasExists = (alias: string) => exists(`The account alias ${alias} already exists.`)
export const aliasNotFound = () => noSuchEntity('The account alias cannot be found.')
export const passwordPolicyNotFound = (account: string) =>
  noSuchEntity(`The Password Policy with domain name ${account} cannot be found.`)

export const instanceProfileNotFound = (name: string) => noSuchEntity(`Instance Profile ${name} cannot be found.`)
export const instanceProfileExists = (name: string) => exists(`Instance Profile ${name} already exists.`)
export const tooManyInstanceProfiles = (quota: number) =>
  limit(`Cannot exceed quota for InstanceProfilesPerAccount: ${quota}`)
export const tooManyRolesInProfile = () => limit('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1')

export const invalidProviderUrl = () => validation('Invalid Open ID Connect Provider URL')
export const providerExists = (url: string) => exists(`Provider with url ${url} already exists.`)
export const providerNotFound = (arn: string) => noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`)
export const tooManyProviders = (quota: number) =>
  limit(`Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${quota}`)
export const tooManyClientIds = (quota: number) =>
  limit(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${quota}`)
export const tooManyThumbprints = () => invalidInput('Thumbprint list must contain fewer than 5 entries.')
export const invalidThumbprint = () => invalidInput('Thumbprint must be 40 hexadecimal characters.')

export const badMetadata = () => invalidInput('Could not parse metadata')
export const encryptedAssertions = () => invalidInput('Encrypted assertions are not supported.')
export const samlProviderExists = (name: string) => exists(`SAML provider with name ${name} already exists.`)
export const samlProviderNotFound = (arn: string) => noSuchEntity(`Manifest not found for arn ${arn}`)
export const tooManySamlProviders = (quota: number) =>
  limit(`Cannot exceed quota for SAMLProvidersPerAccount: ${quota}`)

export const noSuchService = (name: string) => noSuchEntity(`No such service ${name} exists`)

/** Simulations say what is wrong in words of their own. */
export const invalidSimulation = (text: string) => invalidInput(text)

export const invalidMarker = () => validation('Invalid Marker.')

/** Temporary credentials that a user made for itself without a second factor are not taken here. */
export const sessionNotAccepted = () =>
  new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid', { status: 403 })

export const federationEnabled = () =>
  new AwsError('FeatureEnabledException', 'Outbound web identity federation is already enabled for this account.')
export const federationDisabled = () =>
  new AwsError('FeatureDisabledException', 'Outbound web identity federation is not enabled for this account.')
/** The issuer of tokens is a URL of this server that only its configuration can tell. */
export const noPublicUrl = () =>
  validation(
    'Tokens need an issuer: set publicUrl in the configuration of this server to the URL that others reach it by.',
  )

export const noServiceLinkedRole = (service: string) =>
  new AwsError('AccessDenied', `Cannot find Service Linked Role template for ${service}`, { status: 403 })
export const deletionTaskNotFound = (id: string) => noSuchEntity(`The deletion task ${id} cannot be found.`)
