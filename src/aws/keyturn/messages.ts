import { AwsError } from '../errors.ts'

export const invalidQuestion = () =>
  invalid('Give either a RequestId or a PrincipalArn and an Action; ResourceArn and Context go with the latter only.')

export const invalidPrincipal = (arn: string) =>
  invalid(`«${arn}» is not the ARN of an account's root, a user, a role or a session of a role.`)

export const invalidResource = (arn: string) => invalid(`«${arn}» is no ARN; an action without a resource has «*».`)

export const principalNotFound = (arn: string) =>
  new AwsError('PrincipalNotFoundException', `There is no principal ${arn}.`)

/** Also for the requests of accounts that the caller has no say in. */
export const requestNotFound = (id: string) =>
  new AwsError('RequestNotFoundException', `The audit trail of this server has no request ${id} of yours.`)

export const notDenied = (id: string) =>
  new AwsError('RequestNotDeniedException', `Request ${id} was not refused for want of a permission.`)

export const notExplainable = (reason: string) =>
  new AwsError('RequestNotExplainableException', `That request cannot be explained: ${reason}`)

export const foreignResource = (account: string) =>
  new AwsError(
    'AccessDeniedException',
    `The resource belongs to account ${account}, whose policies are shown to the management account only.`,
  )

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}
