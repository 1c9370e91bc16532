import { Secret } from '../../base/secret.ts'
import type { Environment, EnvironmentResponse } from '../models/lambda.ts'
import { reservedVariables, variablesTooLong } from './messages.ts'

/** 4 KB for names and values together (Lambda developer guide, «quotas»). */
const mostBytes = 4096

/** What the runtime itself sets (Lambda developer guide, «Reserved environment variables»). */
const reserved = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
])

/** The variables of a request; nothing where it sets none. */
export function readVariables(environment: Environment): Readonly<Record<string, string>> | undefined {
  const given = environment.Variables?.reveal() ?? {}
  const names = Object.keys(given)
  if (names.length === 0) return undefined
  const taken = names.filter((name) => reserved.has(name))
  if (taken.length > 0) throw reservedVariables(taken)
  const variables: Record<string, string> = Object.create(null)
  for (const name of names) variables[name] = given[name]?.reveal() ?? ''
  if (Buffer.byteLength(JSON.stringify(variables)) > mostBytes) throw variablesTooLong()
  return variables
}

export function wireVariables(
  variables: Readonly<Record<string, string>> | undefined,
): EnvironmentResponse | undefined {
  return variables && { Variables: new Secret(secretValues(variables)) }
}

export function secretValues(variables: Readonly<Record<string, string>>): Readonly<Record<string, Secret<string>>> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, new Secret(value)]))
}
