import type { Clock } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'
import { type Limits, type Listener, type ListenerOptions, listen } from '../http/listener.ts'
import { containerApi } from './container-api.ts'
import { askAccount, type ServerAddress } from './credential-sources.ts'
import { describeFailure, type CredentialSource } from './credentials.ts'
import { KeptCredentials } from './kept-credentials.ts'
import { localGuard } from './local-request.ts'
import { type MetadataOptions, metadataApi } from './metadata-api.ts'
import { metadataTokens } from './metadata-token.ts'
import { askServer } from './server-values.ts'
import { ValueCache } from './value-cache.ts'
import { valuesApi } from './values-api.ts'

export interface AgentOptions {
  readonly server: ServerAddress
  readonly source: CredentialSource
  readonly clock: Clock
  readonly random: () => number
  readonly warn: (message: string) => void
  readonly host: string
  /** Names besides `localhost` and addresses that a request's `Host` may have. */
  readonly hostNames: readonly string[]
  readonly values: {
    readonly port: number
    readonly token: Secret<string>
    readonly ttlSeconds: number
    readonly staleSeconds: number
    readonly entries: number
    readonly mostAtOnce: number
  }
  /** Absent where no credentials are handed out over HTTP. */
  readonly metadata?: {
    readonly port: number
    readonly roleName: string
    /** Of the container endpoint, which is served where there is one. */
    readonly containerToken?: Secret<string>
  }
}

export interface Agent {
  readonly values: Listener
  readonly metadata: Listener | undefined
  /** Renews and fetches what is due; a timer calls it every second. */
  tick(): Promise<void>
  stop(): Promise<void>
}

export type Started = { readonly agent: Agent } | { readonly refused: string }

const tickMs = 1_000
const graceSeconds = 2
const limits: Limits = { bodyBytes: 1024, headerBytes: 16 * 1024, requestSeconds: 10, idleSeconds: 65 }

/**
 * Starts the agent of one machine. A server that cannot be reached yet does not keep it from starting; a server that refuses
 * its credentials does.
 */
export async function startAgent(options: AgentOptions): Promise<Started> {
  const { server, clock, random, warn, host } = options
  const keeper = new KeptCredentials(options.source, { clock, random, warn })
  const first = await keeper.get()
  if ('refused' in first) return { refused: `${options.source.name}: ${describeFailure(first)}` }
  const { ttlSeconds, staleSeconds, entries, token, mostAtOnce, port } = options.values
  const cache = new ValueCache({
    clock,
    random,
    ttlMs: ttlSeconds * 1000,
    staleMs: staleSeconds * 1000,
    entries,
  })
  const guard = localGuard(options.hostNames)
  const ask = valuesApi({ token, cache, mostAtOnce, ask: (question) => askServer(question, server, keeper) })
  const common = { host, limits, guard, connections: 2 * mostAtOnce + 16 }
  const values = await listen({ ...common, port, handle: ask })
  const metadata = await listenForMetadata(options, keeper, common).catch(async (error: unknown) => {
    await values.drain(0)
    throw error
  })
  const tick = async () => {
    await Promise.all([keeper.tick(), cache.tick()])
  }
  const timer = setInterval(() => void tick(), tickMs)
  return {
    agent: {
      values,
      metadata,
      tick,
      async stop() {
        clearInterval(timer)
        await Promise.all([values.drain(graceSeconds), metadata?.drain(graceSeconds)])
      },
    },
  }
}

async function listenForMetadata(
  { clock, metadata, server }: AgentOptions,
  keeper: KeptCredentials,
  common: Omit<ListenerOptions, 'port' | 'handle'>,
): Promise<Listener | undefined> {
  if (!metadata) return undefined
  const credentials = () => keeper.get()
  const instance = metadataApi({
    clock,
    tokens: metadataTokens(clock),
    region: server.region,
    roleName: metadata.roleName,
    credentials,
    account: rememberedAccount(server, keeper),
  })
  const { containerToken: token, port } = metadata
  const container = token && containerApi({ clock, token, credentials })
  return listen({ ...common, port, handle: (request) => container?.(request) ?? instance(request) })
}

/** The account of a source stays the same, so the server is asked until it has answered once. */
function rememberedAccount(server: ServerAddress, keeper: KeptCredentials): MetadataOptions['account'] {
  let known: { readonly account: string } | undefined
  return async () => {
    if (known) return known
    const held = await keeper.get()
    if (!('credentials' in held)) return held
    const answer = await askAccount(server, held.credentials)
    if ('account' in answer) known = answer
    return answer
  }
}
