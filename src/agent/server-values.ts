import { Secret } from '../base/secret.ts'
import { readJsonObject } from '../base/json-object.ts'
import { postJson, readJsonRefusal } from '../client/signed-post.ts'
import type { ServerAddress } from './credential-sources.ts'
import { failureOf } from './credentials.ts'
import type { KeptCredentials } from './kept-credentials.ts'
import type { Fetched } from './value-cache.ts'

/** What is asked of the server: an operation that only reads, with its input. */
export interface Question {
  readonly service: 'secretsmanager' | 'ssm'
  readonly target: string
  readonly input: Readonly<Record<string, string | boolean>>
}

export function secretQuestion(secretId: string, versionId?: string, versionStage?: string): Question {
  const version = { ...(versionId && { VersionId: versionId }), ...(versionStage && { VersionStage: versionStage }) }
  return {
    service: 'secretsmanager',
    target: 'secretsmanager.GetSecretValue',
    input: { SecretId: secretId, ...version },
  }
}

/** `selector` is a version's number or label. */
export function parameterQuestion(name: string, selector: string | undefined, withDecryption: boolean): Question {
  const Name = selector === undefined ? name : `${name}:${selector}`
  return { service: 'ssm', target: 'AmazonSSM.GetParameter', input: { Name, WithDecryption: withDecryption } }
}

/** What two questions have in common where one answer serves both. */
export function keyOf({ target, input }: Question): string {
  return JSON.stringify([target, input])
}

/** Errors of credentials that were good when they were obtained: the role, the key or the session is no more. */
const ended = /^(?:ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException)$/

/** Asks the server; where it does not take the credentials any more, once again with new ones. */
export async function askServer(
  question: Question,
  server: ServerAddress,
  keeper: KeptCredentials,
  again = true,
): Promise<Fetched> {
  const held = await keeper.get()
  if (!('credentials' in held)) return held
  const { endpoint, region, clock } = server
  const { credentials } = held
  const posted = await postJson({ endpoint, region, credentials, ...question, nowMs: clock.real() })
  if ('unreachable' in posted) return { unavailable: posted.unreachable }
  const { status, text } = posted
  if (status === 200) {
    const answer = answerText(question, text)
    return answer === undefined ? { unavailable: 'no JSON in the answer' } : { value: new Secret(answer) }
  }
  const refusal = readJsonRefusal(text)
  if (again && refusal && ended.test(refusal.code)) {
    keeper.discard(credentials)
    return askServer(question, server, keeper, false)
  }
  return failureOf(status, refusal)
}

/**
 * The answer as AWS's agent and Lambda extension give it: a secret's as the API has it but for its date, which is the API's
 * seconds as a text (source of aws-secretsmanager-agent, 2026); a parameter's with the empty metadata of the Go SDK.
 */
function answerText({ service }: Question, text: string): string | undefined {
  const answer = readJsonObject(text)
  if (!answer) return undefined
  if (service === 'ssm') return JSON.stringify({ ...answer, ResultMetadata: {} })
  const { CreatedDate: date } = answer
  return JSON.stringify(typeof date === 'number' ? { ...answer, CreatedDate: String(date) } : answer)
}
