import { bindPrincipals } from '../bound-principals.ts'
import { policyLocksOut, policySyntax, publicPolicy, unsupportedPrincipal } from './messages.ts'
import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { replicate } from './replication.ts'
import { isBroad, keepsCallerIn, readPolicy } from './resource-policy.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { writeSecret } from './write-secret.ts'

/** Attaches a policy to a secret, in place of the one that it had. */
export const putResourcePolicy = operation('PutResourcePolicy', {
  on: secret,
  conditions: (input) => ({ 'secretsmanager:BlockPublicPolicy': input.BlockPublicPolicy }),
  async handle(input, found: SecretRecord, context) {
    checkWritable(found)
    const read = readPolicy(input.ResourcePolicy)
    if ('refused' in read) throw read.refused === 'syntax-error' ? policySyntax() : unsupportedPrincipal()
    const principals = await bindPrincipals(read.policy, context.tx, context.platform)
    if (!principals) throw unsupportedPrincipal()
    if (input.BlockPublicPolicy && isBroad(read.policy)) throw publicPolicy()
    if (!(await keepsCallerIn(context, context.resource, read.policy))) throw policyLocksOut()
    const after = { ...found, policy: input.ResourcePolicy, principals, changedAt: context.call.now }
    writeSecret(context.tx, found, await replicate(context, after))
    return { ARN: arnOf(found), Name: found.name }
  },
})
