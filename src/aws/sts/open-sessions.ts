import { Secret } from '../../base/secret.ts'
import type { CompiledPolicy } from '../../iam/compile-policy.ts'
import { SigningSecret } from '../../sigv4/signing-key.ts'
import { derivation } from '../../store/table.ts'
import { compileStored } from '../iam/policy-document.ts'
import { keyObjects, type SealingKeys } from './sealing-keys.ts'
import { openSession, type Session } from './session.ts'

/** A session that was opened, with what is made of it once. */
export interface OpenedSession {
  readonly session: Session
  readonly secret: SigningSecret
  /** The session policy that was given as a document. */
  readonly policy: CompiledPolicy | undefined
  readonly tags: Readonly<Record<string, string>>
}

const mostOpened = 4096
/** Sessions with more than this in policies and tags are opened each time: few have, and memory must stay bounded. */
const largestKept = 8192

/** Opened sessions by token. Only what opens is kept; the least recently used goes. It falls with the state of the keys. */
class OpenSessions {
  readonly #keys: SealingKeys
  readonly #opened = new Map<string, OpenedSession>()

  constructor(keys: SealingKeys) {
    this.#keys = keys
  }

  find(token: string): OpenedSession | undefined {
    const known = this.#opened.get(token)
    if (known) {
      if (this.#opened.size < mostOpened / 2) return known
      this.#opened.delete(token)
      this.#opened.set(token, known)
      return known
    }
    const session = openSession(token, keyObjects(this.#keys))
    if (!session) return undefined
    const opened = prepare(session)
    if (sizeOf(session) > largestKept) return opened
    this.#opened.set(token, opened)
    if (this.#opened.size > mostOpened) this.#opened.delete(this.#opened.keys().next().value as string)
    return opened
  }
}

function sizeOf({ policy = '', tags }: Session): number {
  return tags.reduce((size, [key, value]) => size + key.length + value.length, policy.length)
}

function prepare(session: Session): OpenedSession {
  const tags: Record<string, string> = Object.create(null)
  for (const [key, value] of session.tags) tags[key] = value
  return {
    session,
    secret: new SigningSecret(session.accessKeyId, new Secret(session.secret)),
    policy: session.policy === undefined ? undefined : compileStored(session.policy, 'identity', 'session policy'),
    tags,
  }
}

/** The sessions that were opened under a state of the sealing keys. */
export const openSessions = derivation((keys: SealingKeys) => new OpenSessions(keys))
