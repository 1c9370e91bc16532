import { parseArn } from '../../iam/arn.ts'
import { partitionOf } from '../partition.ts'

const nameText = /^[A-Za-z0-9/_+=.@!-]+$/

/** Whether a text may be a secret's name; its length is the model's matter. */
export function isSecretName(text: string): boolean {
  return nameText.test(text)
}

export function secretArn(account: string, region: string, name: string, suffix: string): string {
  return `arn:${partitionOf(region)}:secretsmanager:${region}:${account}:secret:${name}-${suffix}`
}

/** A secret as a request names it: by name, ARN, or ARN without the six characters at its end. */
export interface SecretReference {
  readonly account: string
  readonly region: string
  readonly name: string
  /** Where the id says it: no other secret of that name is meant. */
  readonly suffix: string | undefined
}

/**
 * Reads a `SecretId`; nothing where it is neither a name nor an ARN of a secret. An ARN that ends in a hyphen and six
 * letters or digits counts as complete, so that a partial one of a name with such an ending finds nothing
 * (recorded answers of AWS, 2022).
 */
export function readSecretId(
  id: string,
  here: { readonly account: string; readonly region: string },
): SecretReference | undefined {
  if (!id.startsWith('arn:')) {
    return isSecretName(id) ? { account: here.account, region: here.region, name: id, suffix: undefined } : undefined
  }
  const arn = parseArn(id)
  if (arn?.service !== 'secretsmanager' || !arn.resource.startsWith('secret:') || arn.account === '') return undefined
  if (arn.partition !== partitionOf(arn.region)) return undefined
  const text = arn.resource.slice('secret:'.length)
  const complete = /^(.+)-([A-Za-z0-9]{6})$/.exec(text)
  const [, name = text, suffix] = complete ?? []
  return isSecretName(name) ? { account: arn.account, region: arn.region, name, suffix } : undefined
}
