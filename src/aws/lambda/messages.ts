import { AwsError } from '../errors.ts'

const invalid = (text: string) => new AwsError('InvalidParameterValueException', text)
const notFound = (text: string) => new AwsError('ResourceNotFoundException', text)
const conflict = (text: string) => new AwsError('ResourceConflictException', text)

export const functionNotFound = (arn: string) => notFound(`Function not found: ${arn}`)
export const functionExists = (name: string) => conflict(`Function already exist: ${name}`)
export const otherRegion = (theirs: string, ours: string) =>
  notFound(`Functions from '${theirs}' are not reachable in this region ('${ours}')`)
export const qualifiersDiffer = () =>
  invalid('The derived qualifier from the function name does not match the specified qualifier.')
export const badFunctionName = () =>
  invalid('The function name is not valid: a name or an ARN is at most 64 characters.')
export const aliasNotFound = (arn: string) => notFound(`Cannot find alias arn: ${arn}`)
export const aliasExists = (arn: string) => conflict(`Alias already exists: ${arn}`)
export const aliasWeights = () =>
  invalid('An alias routes to at most one additional version, which is another published version than its own.')
export const versionInUse = (names: readonly string[]) =>
  conflict(`Unable to delete version because the following aliases reference it: [${names.join(', ')}]`)
export const latestStays = () => invalid('$LATEST version cannot be deleted without deleting the function.')
export const numberedOnly = () => invalid('This operation is permitted on Lambda functions with a version number only.')
export const noPolicy = () => notFound('The resource you requested does not exist.')
export const statementNotFound = (sid: string) => notFound(`Statement ${sid} is not found in resource policy.`)
export const statementExists = (sid: string) =>
  conflict(
    `The statement id (${sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
  )
export const policyTooLong = (size: number, most: number) =>
  new AwsError('PolicyLengthExceededException', `The final policy size (${size}) is bigger than the limit (${most}).`)
export const invalidPrincipal = () =>
  invalid('The provided principal was invalid. Please check the principal and try again.')
export const otherRevision = () =>
  new AwsError(
    'PreconditionFailedException',
    'The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId',
  )
export const otherCode = (given: string, is: string) =>
  invalid(
    `CodeSHA256 (${given}) is different from current CodeSHA256 in $LATEST (${is}). Please try again with the CodeSHA256 in $LATEST.`,
  )

export const roleNotAssumable = () => invalid('The role defined for the function cannot be assumed by Lambda.')
export const foreignRole = () =>
  new AwsError('AccessDeniedException', 'Cross-account pass role is not allowed.', { status: 403 })
export const badZip = () => invalid('Could not unzip uploaded file. Please check your file, then try to upload again.')
export const zipTooLarge = (most: number) => invalid(`Unzipped size must be smaller than ${most} bytes`)
export const requestTooLarge = (most: number) =>
  new AwsError(
    'RequestTooLargeException',
    `Request must be smaller than ${most} bytes for the CreateFunction operation`,
  )
export const codeStorageFull = () => new AwsError('CodeStorageExceededException', 'Code storage limit exceeded.')
export const tooManyVersions = (most: number) =>
  new AwsError('CodeStorageExceededException', `A function can have at most ${most} versions here. Delete some.`)
export const tooManyAliases = (most: number) => invalid(`A function can have at most ${most} aliases here.`)
export const codeMissing = () => invalid('Please provide a source for function code.')
export const mandatoryForZip = () =>
  invalid('Runtime and Handler are mandatory parameters for functions created with deployment packages.')
export const notOffered = (what: string) => invalid(`${what} is not offered by this server.`)
export const runtimeNotOffered = (runtime: string) =>
  invalid(
    `The runtime parameter of ${runtime} is not offered by this server, which runs the nodejs, python and provided runtimes.`,
  )
export const reservedVariables = (names: readonly string[]) =>
  invalid(
    `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${names.join(', ')}`,
  )
export const variablesTooLong = () =>
  invalid(
    'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.',
  )
export const tooManyTags = (most: number) => invalid(`A function can have at most ${most} tags.`)
export const reservedTag = () => invalid('Tags that begin with aws: are reserved.')
export const invalidMarker = () => invalid('The Marker parameter is not valid for this call.')

export const badPayload = () =>
  new AwsError(
    'InvalidRequestContentException',
    'Could not parse request body into json: the payload is not valid JSON.',
  )
export const badClientContext = () =>
  new AwsError('InvalidRequestContentException', 'Client context must be a valid Base64-encoded JSON object.')
export const payloadTooLarge = (bytes: number, kind: string, most: number) =>
  new AwsError(
    'RequestTooLargeException',
    `${bytes} byte payload is too large for the ${kind} invocation type (limit ${most} bytes)`,
  )
export const throttled = (reserved: boolean) =>
  new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
    members: {
      Reason: reserved ? 'ReservedFunctionConcurrentInvocationLimitExceeded' : 'ConcurrentInvocationLimitExceeded',
    },
  })
export const unusableCode = () =>
  new AwsError('InvalidZipFileException', 'Lambda could not unzip the deployment package.')
export const noRuntime = (runtime: string) =>
  new AwsError('InvalidRuntimeException', `This server has no program for the runtime ${runtime}.`)
export const notRunning = () => new AwsError('ServiceException', 'This server does not run functions at the moment.')
export const unconfined = () =>
  new AwsError(
    'ServiceException',
    'This server runs no functions, because nothing would confine them: it needs bubblewrap, or to run as root, or the setting functions.unconfined.',
  )
export const roleRefused = () =>
  new AwsError('AccessDeniedException', 'The role defined for the function cannot be assumed by Lambda.', {
    status: 403,
  })
