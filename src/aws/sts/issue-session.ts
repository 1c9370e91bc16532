import { deflateRawSync } from 'node:zlib'
import { Secret } from '../../base/secret.ts'
import { compilePolicy } from '../../iam/compile-policy.ts'
import { newAccessKeyId, newSecretAccessKey } from '../iam/unique-id.ts'
import { findPolicy } from '../iam/managed-policy.ts'
import type { Credentials, PolicyDescriptorType } from '../models/sts.ts'
import type { Finding } from '../operation.ts'
import { malformedPolicy, packedTooLarge, policyNotFound, policyTooLong, tooManyPolicyArns } from './messages.ts'
import { currentSealingKeys, keyObjects } from './sealing-keys.ts'
import { sealSession, type Session } from './session.ts'

type Issued = 'accessKeyId' | 'secret' | 'issuedAt' | 'expiresAt'
/** A session without what issuing gives it, for each kind of session. */
export type NewSession = Session extends infer S ? (S extends Session ? Omit<S, Issued> : never) : never

/** Makes credentials for a session. */
export async function issueSession(
  session: NewSession,
  seconds: number,
  finding: Pick<Finding, 'tx' | 'call'>,
): Promise<Credentials> {
  return (await sessionIssuer(finding))(session, seconds)
}

/**
 * Reads what issuing needs; what it gives makes the credentials, within the transaction or after it. Times are whole seconds,
 * as the answer tells them.
 */
export async function sessionIssuer({
  tx,
  call,
}: Pick<Finding, 'tx' | 'call'>): Promise<(session: NewSession, seconds: number) => Credentials> {
  const issuedAt = call.now
  const keys = keyObjects(await currentSealingKeys(tx, issuedAt))
  return (session, seconds) => {
    const expiresAt = (Math.floor(issuedAt / 1000) + seconds) * 1000
    const accessKeyId = newAccessKeyId('ASIA', session.account)
    const secret = newSecretAccessKey()
    const SessionToken = sealSession({ ...session, accessKeyId, secret, issuedAt, expiresAt } as Session, keys)
    return { AccessKeyId: accessKeyId, SecretAccessKey: new Secret(secret), SessionToken, Expiration: expiresAt }
  }
}

/** The session policies of a request. */
export interface SessionPolicies {
  readonly policy?: string
  readonly policyArns?: readonly string[]
}

interface PolicyInput {
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly PolicyDescriptorType[] | undefined
}

const mostPolicyArns = 10
/** The model has it for every operation but AssumeRole, whose reference says it in words. */
const longestPolicy = 2048

/** Checks the session policies of a request: a document, and managed policies of the account whose session it is. */
export async function readSessionPolicies(
  { Policy, PolicyArns = [] }: PolicyInput,
  account: string,
  { tx }: Pick<Finding, 'tx'>,
): Promise<SessionPolicies> {
  if (Policy !== undefined) {
    if (Policy.length > longestPolicy) throw policyTooLong(Policy, longestPolicy)
    const compiled = compilePolicy(Policy, 'identity')
    if ('invalid' in compiled) throw malformedPolicy(compiled.invalid)
  }
  if (PolicyArns.length > mostPolicyArns) throw tooManyPolicyArns(mostPolicyArns)
  const arns: string[] = []
  for (const { arn = '' } of PolicyArns) {
    const owner = arn.split(':')[4]
    if ((owner !== account && owner !== 'aws') || !(await findPolicy(tx, arn))) throw policyNotFound(arn)
    arns.push(arn)
  }
  return { ...(Policy !== undefined && { policy: Policy }), ...(arns.length > 0 && { policyArns: arns }) }
}

/** What policies and tags of a session may come to when packed, so that a token stays short enough for a header. */
const mostPacked = 2048

/** How much of the room for policies and tags a session takes, in percent; refuses more than there is. */
export function packedSize(
  { policy, policyArns }: SessionPolicies,
  tags: readonly (readonly [string, string])[],
): number | undefined {
  if (policy === undefined && policyArns === undefined && tags.length === 0) return undefined
  const packed = deflateRawSync(JSON.stringify([policy, policyArns, tags])).length
  const percent = Math.ceil((packed * 100) / mostPacked)
  if (percent > 100) throw packedTooLarge(percent)
  return percent
}
