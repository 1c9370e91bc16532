import { AwsError } from '../errors.ts'

const validation = (text: string) => new AwsError('ValidationException', text, { status: 400 })

const nameRules =
  'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_'
export const invalidName = () => validation(nameRules)
export const reservedPrefix = () =>
  validation('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).')
export const reservedPath = (name: string) =>
  new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`, { status: 400 })
export const notFullyQualified = () => validation('Parameter name must be a fully qualified name.')
export const nameTooLong = () =>
  validation('Parameter name: can have at most 1011 characters, those of the ARN before it included.')
export const tooManyLevels = () =>
  new AwsError(
    'HierarchyLevelLimitExceededException',
    'A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.',
  )
export const invalidPath = () =>
  validation(
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with \\"aws\\" or \\"ssm\\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
  )
export const invalidSelector = () =>
  validation(
    'Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>',
  )

/** A parameter that is not there is told without a message. */
export const parameterNotFound = () => new AwsError('ParameterNotFound')
export const versionNotFound = (version: string, name: string) =>
  new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  )
export const secretNotFound = (name: string) =>
  new AwsError(
    'ParameterNotFound',
    `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${name} not found.`,
  )
export const secretUnavailable = (code: string, text: string) =>
  validation(`An error occurred (${code}) when referencing Secrets Manager: ${text}`)
export const decryptionRequired = () =>
  validation('WithDecryption flag must be True for retrieving a Secret Manager secret.')

export const alreadyExists = () =>
  new AwsError(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  )
export const typeRequired = () => validation('A parameter type is required when you create a parameter.')
export const typeChanged = () =>
  new AwsError(
    'HierarchyTypeMismatchException',
    "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
  )
export const emptyValue = () =>
  validation(
    "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
  )
export const nestedParameter = () =>
  validation('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.')
export const keyWithoutSecureString = () => validation('KeyId is required for SecureString type parameter only.')
export const tagsWithOverwrite = () =>
  validation(
    "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
  )
export const unsupportedDataType = (dataType: string) =>
  validation(`The following data type is not supported: ${dataType} (Data type names are all lowercase.)`)
export const dataTypeNeedsString = (dataType: string) =>
  validation(`The data type ${dataType} is for parameters of the String type only.`)
export const invalidImageId = () =>
  validation('The parameter value is not a valid image ID for data type aws:ec2:image, such as ami-12345abcdeEXAMPLE.')
export const invalidAllowedPattern = () =>
  new AwsError('InvalidAllowedPatternException', "The request doesn't meet the regular expression requirement.")
export const patternMismatch = (pattern: string) =>
  new AwsError(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  )

const tierPage = 'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html'
export const tooLongForStandard = () =>
  validation(
    `Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see ${tierPage}`,
  )
export const tooLongForAdvanced = () =>
  validation(
    `Advanced tier parameters support a maximum parameter value of 8192 characters. For more information, see ${tierPage}`,
  )
export const noDowngrade = () =>
  validation(
    "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
  )
export const standardQuotaReached = (most: number) =>
  new AwsError(
    'ParameterLimitExceeded',
    `You have reached the maximum number of standard parameters for this AWS account and Region (${most}). To add more parameters, either delete existing parameters or upgrade to the advanced-parameter tier (charges apply).`,
  )
export const advancedQuotaReached = (most: number) =>
  new AwsError(
    'ParameterLimitExceeded',
    `You have reached the maximum number of advanced parameters for this AWS account and Region (${most}). To add more parameters, delete existing parameters.`,
  )
export const oldestVersionLabelled = (name: string, version: number) =>
  new AwsError(
    'ParameterMaxVersionLimitExceeded',
    `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
  )
export const tooManyLabels = () =>
  new AwsError(
    'ParameterVersionLabelLimitExceeded',
    'A parameter version can have maximum 10 labels.Move one or more labels to another version and try again.',
  )

export const policiesNeedAdvanced = () =>
  validation('Parameter policies are supported for parameters of the advanced-parameter tier only.')
export const malformedPolicies = (text: string) => validation(`Invalid policies input: ${text}.`)
export const tooManyPolicies = () =>
  new AwsError(
    'PoliciesLimitExceededException',
    'You specified more than the maximum number of allowed policies for the parameter. The maximum is 10.',
  )
export const unknownPolicyType = () =>
  new AwsError(
    'InvalidPolicyTypeException',
    "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, ExpirationNotification, and NoChangeNotification.",
  )
export const invalidPolicyAttribute = () =>
  new AwsError('InvalidPolicyAttributeException', 'A policy attribute or its value is invalid.')
export const conflictingPolicies = () =>
  new AwsError(
    'IncompatiblePolicyException',
    "There is a conflict in the policies specified for this parameter. You can't, for example, specify two Expiration policies for a parameter. Review your policies, and try again.",
  )

/** What KMS refused, but for permission, as Systems Manager hands it on. */
export const keyUnusable = (text: string | undefined, code: string, requestId: string) =>
  new AwsError(
    'InvalidKeyId',
    `${text ?? ''} (Service: AWSKMS; Status Code: 400; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`.trimStart(),
  )

export const unknownResourceType = () =>
  new AwsError('InvalidResourceType', "The resource type isn't valid: tags are kept for parameters only.")
export const unknownResourceId = () =>
  new AwsError(
    'InvalidResourceId',
    "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
  )
export const reservedTag = () => validation('aws: prefixed tag key names are not allowed for external use.')
export const duplicateTags = () => validation('Duplicate tag keys found.')
export const tooManyTags = () =>
  new AwsError(
    'TooManyTagsError',
    'The Targets parameter includes too many tags. Remove one or more tags and try the command again.',
  )

export const invalidNextToken = () => new AwsError('InvalidNextToken', "The specified token isn't valid.")
export const bothFilters = () => validation('You can use either Filters or ParameterFilters in a single request.')
export const invalidFilterKey = (key: string, valid: string) =>
  new AwsError(
    'InvalidFilterKey',
    `The following filter key is not valid: ${key}. Valid filter keys include: [${valid}].`,
  )
export const duplicateFilter = (key: string) =>
  new AwsError(
    'InvalidFilterKey',
    `The following filter is duplicated in the request: ${key}. A request can contain only one occurrence of a specific filter.`,
  )
export const filterValueMissing = (key: string) =>
  new AwsError('InvalidFilterValue', `The following filter values are missing : null for filter key ${key}.`)
export const invalidFilterOption = (option: string, valid: string) =>
  new AwsError(
    'InvalidFilterOption',
    `The following filter option is not valid: ${option}. Valid options include: [${valid}].`,
  )
export const invalidFilterValue = (value: string, valid: string) =>
  new AwsError(
    'InvalidFilterOption',
    `The following filter value is not valid: ${value}. Valid values include: [${valid}].`,
  )
export const reservedPathFilter = () =>
  validation(
    'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When using global parameters, please specify within a global namespace.',
  )

export const settingNotFound = () =>
  new AwsError(
    'ServiceSettingNotFound',
    "The specified service setting wasn't found. Either the service name or the setting hasn't been provisioned by the AWS service team.",
  )
export const invalidSettingValue = (value: string, valid: readonly string[]) =>
  validation(`The following setting value is not valid: ${value}. Valid values include: [${valid.join(', ')}].`)

const invalidShare = (text: string) => new AwsError('ResourcePolicyInvalidParameterException', text)
export const notSharable = () => invalidShare('Only parameters of the advanced-parameter tier can be shared.')
export const shareIdIncomplete = () =>
  invalidShare('A policy that is there already is named by its PolicyId and its PolicyHash together.')
export const malformedShare = () =>
  new AwsError(
    'MalformedResourcePolicyDocumentException',
    'The specified policy document is malformed or invalid, or excessive PutResourcePolicy or DeleteResourcePolicy calls have been made.',
  )
export const publicShare = () =>
  new AwsError('MalformedResourcePolicyDocumentException', 'A parameter can be shared with named principals only.')
export const shareTooLong = (most: number) =>
  new AwsError('ResourcePolicyLimitExceededException', `A policy can't be greater than ${most} bytes in size.`, {
    members: { Limit: most, LimitType: 'SIZE' },
  })
export const tooManyShares = (most: number) =>
  new AwsError('ResourcePolicyLimitExceededException', `A parameter can't have more than ${most} policies.`, {
    members: { Limit: most, LimitType: 'COUNT' },
  })
export const shareConflict = () =>
  new AwsError(
    'ResourcePolicyConflictException',
    "The hash provided in the call doesn't match the stored hash. This exception is thrown when trying to update an obsolete policy version or when multiple requests to update a policy are sent.",
  )
export const shareNotFound = () =>
  new AwsError('ResourcePolicyNotFoundException', 'No policies with the specified policy ID and hash could be found.')
export const sharedResourceNotFound = () =>
  new AwsError('ResourceNotFoundException', 'The specified parameter to be shared could not be found.')
