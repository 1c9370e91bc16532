import { explain, type StatementOutcome } from '../../iam/explain.ts'
import type { ExplainedRequest } from './explained-request.ts'

/** The reasons of a decision in the form that DecodeAuthorizationMessage answers (IAM user guide, its examples). */
export function authorizationMessage({ request, policies, resource, askedKeys }: ExplainedRequest): string {
  const { decision, deciding } = explain(request, policies)
  const { principal, action } = request
  const arn = 'arn' in principal ? principal.arn : ''
  return JSON.stringify({
    allowed: decision.allowed,
    explicitDeny: !decision.allowed && decision.reason === 'explicit-deny',
    matchedStatements: { items: deciding.map(matchedStatement) },
    failures: { items: [] },
    context: {
      principal: { id: 'id' in principal ? principal.id : undefined, name: arn.slice(arn.lastIndexOf('/') + 1), arn },
      action,
      resource: resource.arn,
      conditions: {
        items: [...askedKeys].flatMap(([key, value]) => (value === undefined ? [] : [condition(key, value)])),
      },
    },
  })
}

function matchedStatement({ sid, effect, policy, policyType, text }: StatementOutcome) {
  return { statementId: sid ?? '', effect: effect.toUpperCase(), policy, policyType, statement: text }
}

function condition(key: string, value: string | readonly string[]) {
  const values = typeof value === 'string' ? [value] : value
  return { key, values: { items: values.map((one) => ({ value: one })) } }
}
