import { assert } from '../../base/assert.ts'
import { toBase64 } from '../../base/bytes.ts'
import { Secret } from '../../base/secret.ts'
import { AwsError } from '../errors.ts'
import type { Parameter } from '../models/ssm.ts'
import type { Context } from '../operation.ts'
import { getSecretValue } from '../secretsmanager/get-secret-value.ts'
import { invalidSelector, secretNotFound, secretUnavailable } from './messages.ts'
import { viaSsm } from './operation.ts'

const prefix = '/aws/reference/secretsmanager/'

/** A secret that is read as if it were a parameter. */
export interface SecretReference {
  /** With the prefix, without the selector. */
  readonly name: string
  readonly secretId: string
  /** The id of a version or a staging label. */
  readonly selector: string | undefined
}

/** The secret that a parameter's name stands for; nothing where it is a name like others. */
export function readSecretReference(text: string): SecretReference | undefined {
  if (!text.startsWith(prefix)) return undefined
  const [name = '', selector, ...more] = text.split(':')
  const secretId = name.slice(prefix.length)
  if (secretId === '' || selector === '' || more.length > 0) throw invalidSelector()
  return { name, secretId, selector }
}

const versionId = /^[A-Za-z0-9-]{32,64}$/

/** Reads the secret in the caller's name, and answers it as a parameter (user guide, «Referencing AWS Secrets Manager secrets»). */
export async function readSecret(
  context: Context,
  { name, secretId, selector }: SecretReference,
): Promise<Parameter | { readonly refused: AwsError }> {
  const choice =
    selector === undefined ? {} : versionId.test(selector) ? { VersionId: selector } : { VersionStage: selector }
  const { output, refused } = await context.invoke(getSecretValue, { SecretId: secretId, ...choice }, viaSsm)
  if (refused) return { refused: asParameterError(refused, name) }
  const { ARN, Name, VersionId, VersionStages, CreatedDate, SecretString, SecretBinary } = output
  const value = SecretString?.reveal() ?? (SecretBinary && toBase64(SecretBinary.reveal()))
  assert(value !== undefined, 'a secret that was read has a value')
  const source = {
    ARN,
    name: Name,
    versionId: VersionId,
    [SecretString ? 'secretString' : 'secretBinary']: value,
    versionStages: VersionStages,
    createdDate: CreatedDate,
  }
  return {
    Name: name,
    Type: 'SecureString',
    Value: new Secret(value),
    Version: 0,
    Selector: selector === undefined ? undefined : `:${selector}`,
    SourceResult: JSON.stringify(source),
    LastModifiedDate: CreatedDate,
    ARN,
    DataType: 'text',
  }
}

function asParameterError({ code, text = '' }: AwsError, name: string): AwsError {
  if (code === 'AccessDeniedException') return new AwsError(code, text, { status: 400 })
  return code === 'ResourceNotFoundException' ? secretNotFound(name) : secretUnavailable(code, text)
}
