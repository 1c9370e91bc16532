import type { PolicyFault } from './fault.ts'

const syntax = 'Syntax errors in policy.'
const legacy = 'The policy failed legacy parsing'

/**
 * What IAM says about a faulty policy document in its `MalformedPolicyDocument` error. Many faults share the sentence about
 * syntax, as they do there.
 */
export function faultSentence(fault: PolicyFault): string {
  switch (fault.kind) {
    case 'old-version':
      return 'Policy document must be version 2012-10-17 or greater.'
    case 'bad-effect':
      return /^(?:allow|deny)$/i.test(fault.effect) ? legacy : syntax
    case 'bad-condition-value':
      return legacy
    case 'bad-sid':
      return 'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'
    case 'duplicate-sid':
      return 'Statement IDs (SID) in a single policy must be unique.'
    case 'missing-action':
      return 'Policy statement must contain actions.'
    case 'missing-resource':
      return 'Policy statement must contain resources.'
    case 'bad-action':
      return actionSentence(fault)
    case 'not-assume-role':
      return 'AssumeRole policy may only specify STS AssumeRole actions.'
    case 'bad-resource':
      return `Resource ${fault.resource} must be in ARN format or "*".`
    case 'bad-partition':
      return partitionSentence(fault)
    case 'principal-forbidden':
      return 'Policy document should not specify a principal.'
    case 'missing-principal':
      return 'Missing required field Principal'
    case 'resource-forbidden':
      return `Has prohibited field ${fault.element}`
    case 'bad-principal':
      return `Invalid principal in policy: "${principalLabel(fault.principalType)}":"${fault.principal}"`
    default:
      return syntax
  }
}

function actionSentence({ action, problem }: Extract<PolicyFault, { kind: 'bad-action' }>): string {
  switch (problem) {
    case 'no-vendor':
      return 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'
    case 'two-colons':
      return 'Actions/Condition can contain only one colon.'
    case 'bad-vendor':
      return `Vendor ${action.split(':', 1)[0]} is not valid`
  }
}

/** IAM repeats the resource with the fields that it misses filled in. */
function partitionSentence({ resource, partition }: Extract<PolicyFault, { kind: 'bad-partition' }>): string {
  const [service = '*', region = '*', account = '*', ...rest] = resource.split(':').slice(2)
  const name = rest.length > 0 ? rest.join(':') : '*'
  return `Partition "${partition}" is not valid for resource "arn:${partition}:${service}:${region}:${account}:${name}".`
}

/** IAM writes the kinds of principals other than AWS in capitals. */
function principalLabel(type: string): string {
  return type === 'Service' || type === 'Federated' ? type.toUpperCase() : type
}
