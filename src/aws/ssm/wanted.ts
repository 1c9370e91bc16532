import type { Parameter } from '../models/ssm.ts'
import type { Context, Finding } from '../operation.ts'
import type { ResourceFacts } from '../resource.ts'
import { answer } from './answer.ts'
import { decryptionRequired, versionNotFound } from './messages.ts'
import { parameterArn } from './name.ts'
import { anyParameter, type Asked, bareFacts, parameterType } from './parameter.ts'
import { readSecret, readSecretReference, type SecretReference } from './secret-reference.ts'
import { findVersion } from './version.ts'
import type { AwsError } from '../errors.ts'

/** What one name of a request stands for: a parameter, a secret, or nothing that is there. */
export interface Wanted {
  readonly text: string
  readonly facts: ResourceFacts
  readonly asked?: Asked | undefined
  readonly secret?: SecretReference | undefined
  readonly missing?: AwsError | undefined
}

/** Looks up a name, an ARN, or a reference to a secret, each with a selector or without. */
export async function lookUp(text: string, decrypted: boolean, finding: Finding): Promise<Wanted> {
  const secret = readSecretReference(text)
  if (secret) {
    if (!decrypted) throw decryptionRequired()
    const { account } = finding.call.caller
    return {
      text,
      secret,
      facts: { arn: parameterArn(account, finding.call.region, secret.name), account, type: parameterType },
    }
  }
  const found = await anyParameter(text, finding)
  const facts = bareFacts(found)
  return 'record' in found ? { text, facts, asked: found.record } : { text, facts, missing: found.missing }
}

/** Reads it, or says why that cannot be. */
export async function readWanted(
  context: Context,
  { asked, secret, missing }: Wanted,
  decrypted: boolean,
): Promise<Parameter | { readonly refused: AwsError }> {
  if (secret) return readSecret(context, secret)
  if (!asked) return { refused: missing as AwsError }
  const { parameter, reference } = asked
  const version = await findVersion(context.tx, parameter, reference.selector)
  if (!version) return { refused: versionNotFound(reference.selector ?? '', parameter.name) }
  const name = reference.shown ?? parameter.name
  return answer(context, parameter, version, { name, selector: reference.selector, decrypted })
}
