import { type CompiledPolicy, compilePolicy } from '../../iam/compile-policy.ts'
import { evaluate } from '../../iam/evaluate.ts'
import type { PolicyFault } from '../../iam/fault.ts'
import { assert } from '../../base/assert.ts'
import { type BoundPrincipal, bindPrincipals } from '../bound-principals.ts'
import { conditionLookup } from '../conditions.ts'
import type { Finding } from '../operation.ts'
import { arnOf } from './key.ts'
import { invalidPrincipals, lockedOut, malformedPolicy, managedByService } from './messages.ts'
import type { KeyRecord } from './records.ts'

/** How long a key policy may be (KMS quotas: 32 KB). */
const characters = 32_768

/**
 * Checks a policy before a key gets it: that it is one, that the principals it names exist, and that it leaves the caller
 * the right to change it again unless the caller waived that. Answers whom it names.
 */
export async function checkKeyPolicy(
  document: string,
  key: { readonly arn: string; readonly account: string },
  finding: Finding,
  bypassLockoutCheck: boolean,
): Promise<readonly BoundPrincipal[]> {
  const compiled = compilePolicy(document, 'key', { characters })
  if ('invalid' in compiled) throw malformedPolicy(sentence(compiled.invalid))
  const bound = await bindPrincipals(compiled.policy, finding.tx, finding.platform)
  if (!bound) throw invalidPrincipals()
  if (!bypassLockoutCheck && !leavesControl(compiled.policy, key, finding)) throw lockedOut()
  return bound
}

const everything = compiledAllow()

function compiledAllow(): CompiledPolicy {
  const document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
  const compiled = compilePolicy(document, 'identity')
  assert('policy' in compiled, 'the policy that allows everything is a policy')
  return compiled.policy
}

/** Whether the caller could put a policy again, as far as this one has a say in it. */
function leavesControl(
  policy: CompiledPolicy,
  key: { readonly arn: string; readonly account: string },
  { call }: Finding,
): boolean {
  const context = conditionLookup({
    call,
    policies: { identity: [everything], tags: {} },
    resource: key,
    input: {},
    specific: [() => ({ 'kms:CallerAccount': call.caller.account })],
  })
  const request = {
    principal: call.caller.principal,
    action: 'kms:PutKeyPolicy',
    resource: key.arn,
    resourceAccount: key.account,
    context,
  }
  return evaluate(request, { identity: [everything], resource: [policy], resourceMode: 'root-of-trust' }).allowed
}

function sentence(fault: PolicyFault): string {
  switch (fault.kind) {
    case 'missing-principal':
      return 'Policy contains a statement with no principal.'
    case 'bad-principal':
      return 'Policy contains a statement with one or more invalid principals.'
    case 'missing-action':
      return 'Policy contains a statement with no action.'
    case 'bad-action':
      return 'Policy contains a statement with one or more invalid actions.'
    case 'missing-resource':
      return 'Policy contains a statement with no resource.'
    case 'bad-resource':
    case 'bad-partition':
      return 'Policy contains a statement with one or more invalid resources.'
    case 'too-large':
      return `Policy cannot be longer than ${fault.limit} characters.`
    default:
      return 'The policy document is not valid JSON, or has an element that policies do not have.'
  }
}

/** Refuses to change what belongs to the service that the key was made for. */
export function checkCustomer(record: KeyRecord): void {
  if (record.manager === 'AWS') throw managedByService(arnOf(record))
}
