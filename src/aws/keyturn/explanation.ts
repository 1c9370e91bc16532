import {
  deniedSentence,
  explain,
  type FailedCondition,
  type PolicyOutcome,
  type StatementOutcome,
} from '../../iam/explain.ts'
import { neededStatements } from '../../iam/needed-statements.ts'
import type { ExplainedRequest } from './explained-request.ts'
import type { ExplainedPolicy, ExplainedStatement, ExplainedCondition, ExplainAccessOutput } from './shapes.ts'

/** What the evaluator decides on a request, why, and what would change it. */
export function explanationOf({ request, policies, resource, askedKeys }: ExplainedRequest): ExplainAccessOutput {
  const { decision, deciding, policies: outcomes } = explain(request, policies)
  const { principal, action } = request
  return {
    Decision: decision.allowed ? 'Allowed' : 'Denied',
    DecidedBy: decision.by,
    Reason: decision.allowed ? undefined : decision.reason,
    Sentence: decision.allowed ? undefined : deniedSentence(request, decision),
    PrincipalArn: 'arn' in principal ? principal.arn : principal.type === 'service' ? principal.name : undefined,
    Action: action,
    ResourceArn: resource.arn,
    DecidingStatements: deciding.map(statementOf),
    Policies: outcomes.map(policyOf),
    NeededStatements: neededStatements(request, policies).map(({ policyType, statement }) => ({
      PolicyType: policyType,
      Statement: JSON.stringify(statement),
    })),
    MissingContextKeys: [...askedKeys]
      .filter(([, value]) => value === undefined)
      .map(([key]) => key)
      .sort((a, b) => a.localeCompare(b)),
  }
}

function policyOf({ type, policy, outcome, statements }: PolicyOutcome): ExplainedPolicy {
  return { PolicyType: type, PolicyName: policy, Outcome: outcome, Statements: statements.map(statementOf) }
}

function statementOf(statement: StatementOutcome): ExplainedStatement {
  const { policyType, policy, sid, index, effect, applied, missed, failedConditions, start, text } = statement
  return {
    PolicyType: policyType,
    PolicyName: policy,
    Sid: sid,
    Index: index,
    Effect: effect,
    Applied: applied,
    Missed: missed,
    FailedConditions: failedConditions.map(conditionOf),
    Line: start.line,
    Column: start.column,
    Text: text,
  }
}

function conditionOf({ operator, key, wanted, actual }: FailedCondition): ExplainedCondition {
  const Actual = actual === undefined ? undefined : typeof actual === 'string' ? [actual] : actual
  return { Operator: operator, Key: key, Wanted: wanted, Actual }
}
