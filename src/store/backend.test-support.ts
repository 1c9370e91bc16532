import type { Backend, Write } from './backend.ts'
import type { Key } from './key.ts'

/** Fresh, empty data and ways to reach it. */
export interface OpenedBackend {
  readonly backend: Backend
  /** One more backend over the same data, as another process would have it. */
  another(options?: OpenBackendOptions): Promise<Backend>
  /** Closes everything and removes the data. */
  close(): Promise<void>
}

export interface OpenBackendOptions {
  /** How many commits `changesSince` reaches back, at least; a few times as many at most. */
  readonly keptChanges?: number
}

export type OpenBackend = (options?: OpenBackendOptions) => Promise<OpenedBackend>

export const bytes = (text: string): Buffer => Buffer.from(text)
export const put = (key: Key, text: string): Write => ({ key, value: bytes(text) })
/** Before and after every key. */
export const low = '' as Key
export const high = '\u007f' as Key

/** Commits without checks, which must succeed. */
export async function write(backend: Backend, ...writes: readonly Write[]): Promise<number> {
  const outcome = await backend.commit([], writes)
  if (outcome === 'conflict') throw new Error('a commit without checks conflicted')
  return outcome
}

export async function textOf(backend: Backend, key: Key): Promise<string | undefined> {
  const [found] = await backend.get([key])
  return found && Buffer.from(found.value).toString()
}
