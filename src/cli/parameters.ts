import { Secret } from '../base/secret.ts'
import { callServer, type ServerAccess } from './server-client.ts'

export type ParameterType = 'String' | 'StringList' | 'SecureString'

/** A parameter as files and the server have it. */
export interface NamedParameter {
  readonly name: string
  readonly type: ParameterType
  readonly value: Secret<string>
}

interface WireParameter {
  readonly Name: string
  readonly Type: ParameterType
  readonly Value: string
}

function fromWire({ Name, Type, Value }: WireParameter): NamedParameter {
  return { name: Name, type: Type, value: new Secret(Value) }
}

/** All parameters below a path, decrypted, in the server's order. */
export async function readBelow(access: ServerAccess, path: string): Promise<readonly NamedParameter[]> {
  const found: NamedParameter[] = []
  let token: unknown
  do {
    const page = await callServer(access, 'ssm', 'AmazonSSM.GetParametersByPath', {
      Path: path,
      Recursive: true,
      WithDecryption: true,
      ...(token !== undefined && { NextToken: token }),
    })
    found.push(...(page['Parameters'] as WireParameter[]).map(fromWire))
    token = page['NextToken']
  } while (token !== undefined)
  return found
}

/** How many names one call may ask for. */
export const mostNames = 10

/** Those of some parameters that are there, decrypted, by name. */
export async function readNamed(
  access: ServerAccess,
  names: readonly string[],
): Promise<ReadonlyMap<string, NamedParameter>> {
  const input = { Names: names, WithDecryption: true }
  const { Parameters } = await callServer(access, 'ssm', 'AmazonSSM.GetParameters', input)
  return new Map((Parameters as WireParameter[]).map(fromWire).map((parameter) => [parameter.name, parameter]))
}

export interface PutOptions {
  readonly overwrite: boolean
  readonly keyId?: string | undefined
}

export async function putParameter(
  access: ServerAccess,
  { name, type, value }: NamedParameter,
  { overwrite, keyId }: PutOptions,
): Promise<void> {
  await callServer(access, 'ssm', 'AmazonSSM.PutParameter', {
    Name: name,
    Type: type,
    Value: value.reveal(),
    Tier: 'Intelligent-Tiering',
    Overwrite: overwrite,
    ...(keyId !== undefined && type === 'SecureString' && { KeyId: keyId }),
  })
}

/** The text of a secret's current version. */
export async function readSecretText(access: ServerAccess, id: string): Promise<Secret<string> | undefined> {
  const answer = await callServer(access, 'secretsmanager', 'secretsmanager.GetSecretValue', { SecretId: id })
  const text = answer['SecretString']
  return typeof text === 'string' ? new Secret(text) : undefined
}
