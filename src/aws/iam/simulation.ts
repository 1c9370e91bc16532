import type { CompiledPolicy } from '../../iam/compile-policy.ts'
import type { AccessRequest, PolicySet } from '../../iam/evaluate.ts'
import { explain, type StatementOutcome } from '../../iam/explain.ts'
import type { RequestPrincipal } from '../../iam/principal-match.ts'
import type {
  ContextEntry,
  EvaluationResult,
  PolicyEvaluationDecisionType,
  PolicySourceType,
  Statement,
} from '../models/iam.ts'
import { contextKeys } from './context-keys.ts'
import { type PageEnd, type PageInput, page } from './page.ts'

/** What a simulation is about: whose policies, and what they are asked. */
export interface Simulation {
  readonly principal: RequestPrincipal
  readonly identity: readonly CompiledPolicy[]
  readonly boundary: CompiledPolicy | undefined
  readonly resource: CompiledPolicy | undefined
  /** Guard rails of the principal's account, where it has any. */
  readonly serviceControl?: PolicySet['serviceControl']
  /** The account that owns the resources, where it was said. */
  readonly resourceOwner: string | undefined
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** Values of condition keys, which are in lower case. */
  readonly context: ReadonlyMap<string, readonly string[]>
}

/** One page of decisions, one for each action on each resource, made by the evaluator that decides real requests. */
export async function simulate(
  simulation: Simulation,
  input: PageInput,
  bound: readonly string[],
): Promise<{ readonly EvaluationResults: readonly EvaluationResult[] } & PageEnd> {
  const { actions, resources } = simulation
  const total = actions.length * resources.length
  const { items, end } = await page(input, bound, {
    key: String,
    after(last, limit) {
      const from = last === undefined ? 0 : afterIndex(last)
      return Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, index) => from + index)
    },
  })
  const EvaluationResults = items.map((index) => {
    const action = actions[Math.floor(index / resources.length)] as string
    return decide(simulation, action, resources[index % resources.length] as string)
  })
  return { EvaluationResults, ...end }
}

/** The index after one that a marker named; past everything where it named none. */
function afterIndex(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) + 1 : Number.MAX_SAFE_INTEGER
}

/** The values of a request's context entries by key. */
export function contextOf(entries: readonly ContextEntry[] = []): Map<string, readonly string[]> {
  const values = new Map<string, readonly string[]>()
  for (const { ContextKeyName = '', ContextKeyValues = [] } of entries) {
    values.set(ContextKeyName.toLowerCase(), ContextKeyValues)
  }
  return values
}

function decide(simulation: Simulation, action: string, resource: string): EvaluationResult {
  const { principal, identity, boundary, resource: policy, resourceOwner, serviceControl, context } = simulation
  const missing = new Set<string>()
  const request: AccessRequest = {
    principal,
    action,
    resource,
    resourceAccount: policy && resourceOwner,
    context(key) {
      const values = context.get(key)
      if (values === undefined) missing.add(key)
      return values?.length === 1 ? values[0] : values
    },
  }
  const set: PolicySet = {
    identity,
    resource: policy ? [policy] : [],
    resourceMode: 'grants',
    boundary,
    serviceControl,
  }
  const { decision, deciding } = explain(request, set)
  const result = decision.allowed ? 'allowed' : decision.reason === 'explicit-deny' ? 'explicitDeny' : 'implicitDeny'
  // Who asks need not be one who may see the organisation's policies.
  const MatchedStatements = deciding.filter(({ policyType }) => policyType !== 'service-control').map(wireStatement)
  const asked = contextKeys([...identity, ...(boundary ? [boundary] : []), ...(policy ? [policy] : [])])
  const MissingContextValues = asked.filter((name) => missing.has(name.toLowerCase()))
  const bounded = boundary && {
    PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: decision.allowed || decision.by !== 'boundary' },
  }
  const organized = serviceControl && {
    OrganizationsDecisionDetail: { AllowedByOrganizations: decision.allowed || decision.by !== 'service-control' },
  }
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: result,
    EvalDecisionDetails: {},
    MatchedStatements,
    MissingContextValues,
    ...organized,
    ...bounded,
    ResourceSpecificResults: [
      {
        EvalResourceName: resource,
        EvalResourceDecision: result satisfies PolicyEvaluationDecisionType,
        MatchedStatements,
        MissingContextValues,
        ...bounded,
      },
    ],
  }
}

/** AWS answers these, and not what its model lists. */
const sourceTypes = { own: 'IAM Policy', resource: 'Resource Policy' } as const

function wireStatement({ policyType, policy, start, end }: StatementOutcome): Statement {
  const type = policyType === 'resource' ? sourceTypes.resource : sourceTypes.own
  return {
    SourcePolicyId: policy ?? 'PolicyInputList.1',
    SourcePolicyType: type as string as PolicySourceType,
    // AWS tells the columns past the opening brace and past the closing one.
    StartPosition: { Line: start.line, Column: start.column + 1 },
    EndPosition: { Line: end.line, Column: end.column },
  }
}
