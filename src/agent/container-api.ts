import type { Clock } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'
import type { Arrived, Reply } from '../http/listener.ts'
import type { Obtained } from './credentials.ts'
import { jsonReply } from './local-request.ts'
import { showsToken } from './local-token.ts'
import { credentialMembers } from './metadata-api.ts'

export interface ContainerOptions {
  readonly clock: Clock
  readonly token: Secret<string>
  readonly credentials: () => Promise<Obtained>
}

/** The paths that ECS and EKS Pod Identity use; clients are told one of them. */
const paths = ['/v1/credentials', '/v2/credentials']

/**
 * The credentials endpoint of containers (`AWS_CONTAINER_CREDENTIALS_FULL_URI`): the token is the whole `Authorization` header.
 * Answers nothing for other paths.
 */
export function containerApi(options: ContainerOptions): (request: Arrived) => Promise<Reply> | undefined {
  return (request) => (paths.includes(request.path) ? serve(request, options) : undefined)
}

async function serve({ method, header }: Arrived, { clock, token, credentials }: ContainerOptions): Promise<Reply> {
  if (method !== 'GET') return refusal(405, 'MethodNotAllowed', 'Only GET is served.')
  if (header('x-forwarded-for') !== undefined) return refusal(403, 'Forwarded', 'Forwarded requests are refused.')
  if (!showsToken(header('authorization'), token)) {
    return refusal(401, 'AccessDenied', 'The Authorization header does not hold the token.')
  }
  const obtained = await credentials()
  if ('credentials' in obtained) return jsonReply(200, JSON.stringify(credentialMembers(obtained.credentials, clock)))
  return 'refused' in obtained
    ? refusal(403, obtained.refused.code, obtained.refused.message)
    : refusal(503, 'ServiceUnavailable', 'The server cannot be reached.')
}

/** Clients show `code` and `message` of a refusal. */
function refusal(status: number, code: string, message: string): Reply {
  return jsonReply(status, JSON.stringify({ code, message }))
}
