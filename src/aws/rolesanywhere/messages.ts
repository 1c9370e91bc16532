import { AwsError } from '../errors.ts'

const invalid = (text: string) => new AwsError('ValidationException', text)
const denied = (text: string) => new AwsError('AccessDeniedException', text)

export const notFound = (noun: string, id: string) =>
  new AwsError('ResourceNotFoundException', `Resource not found: ${noun} ${id}`)
export const tooMany = (noun: string, most: number) => invalid(`There may be at most ${most} of ${noun} in a region.`)
export const tooManyTags = (most: number) =>
  new AwsError('TooManyTagsException', `A resource may have at most ${most} tags.`)
export const reservedTag = () => invalid('Tag keys that begin with aws: are reserved.')
export const invalidToken = () => invalid('The nextToken is not one that this operation gave.')
export const invalidPageSize = () => invalid('The pageSize is a number from 1 to 100.')

export const onlyBundles = () =>
  invalid('Only sources of type CERTIFICATE_BUNDLE with x509CertificateData are offered by this server.')
export const noAuthority = () =>
  invalid(
    'x509CertificateData must hold certificates in PEM of authorities (CA:true) with strong keys, and nothing else.',
  )
export const notificationsNotOffered = () => invalid('Notifications are not offered by this server.')
export const invalidCrl = () => invalid('crlData is no certificate revocation list that the trust anchor signed.')
export const invalidSessionPolicy = () => invalid('The session policy is not valid.')
export const foreignRole = (arn: string) => invalid(`The role ${arn} is not of this account.`)

export const certificateNeeded = () => invalid('The request must be signed with the key of a certificate.')
export const parameterMissing = (name: string) => invalid(`${name} is required.`)
export const otherParameter = (name: string) => invalid(`${name} is given twice, with different values.`)
export const invalidArn = (name: string) => invalid(`${name} is not an ARN of this region.`)
export const durationTooLong = (most: number) => invalid(`durationSeconds may be at most ${most} here.`)
export const propertiesNeeded = () => invalid('The profile requires instanceProperties.')
export const sessionNameNotTaken = () => invalid('The profile does not accept a roleSessionName.')

export const anchorUnusable = () => denied('The trust anchor is not there, or not enabled.')
export const profileUnusable = () => denied('The profile is not there, is not enabled, or does not name the role.')
export const untrusted = (why: string) => denied(`Untrusted certificate: ${why}`)
export const unfitName = () => denied('The common name of the certificate cannot be a source identity.')
export const roleRefuses = (arn: string) => denied(`Unable to assume role for ${arn}`)
