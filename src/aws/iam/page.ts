import { hash } from 'node:crypto'
import { invalidMarker } from './messages.ts'

/** What every list operation of IAM may be asked with. */
export interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** What every list operation of IAM answers beside the list. */
export interface PageEnd {
  readonly IsTruncated: boolean
  readonly Marker?: string
}

/** Something to page through, in an order of keys that does not change. */
export interface PageSource<T> {
  /** Items after a key, at most `limit`; fewer than `limit` means that there are no more. */
  after(key: string | undefined, limit: number): readonly T[] | Promise<readonly T[]>
  key(item: T): string
  /** Which items to show. */
  readonly keep?: (item: T) => boolean
}

const defaultSize = 100
/** How many are looked at in one go, so that a small page of a long list with few that fit does not take many. */
const leastRead = 200

/**
 * One page. `bound` is all that a marker is good for: the operation, the account and the parameters. A marker names the last
 * item shown, so what comes or goes between two pages neither repeats nor hides another.
 */
export async function page<T>(
  input: PageInput,
  bound: readonly (string | undefined)[],
  source: PageSource<T>,
): Promise<{ readonly items: readonly T[]; readonly end: PageEnd }> {
  const size = input.MaxItems ?? defaultSize
  const binding = hash('sha256', JSON.stringify(bound), 'base64url').slice(0, 16)
  let last = input.Marker === undefined ? undefined : openMarker(input.Marker, binding)
  const items: T[] = []
  const limit = Math.max(size + 1, leastRead)
  for (;;) {
    const found = await source.after(last, limit)
    for (const item of found) {
      if (source.keep && !source.keep(item)) continue
      if (items.length === size) {
        const Marker = `${binding}${Buffer.from(source.key(items.at(-1) as T)).toString('base64url')}`
        return { items, end: { IsTruncated: true, Marker } }
      }
      items.push(item)
    }
    if (found.length < limit) return { items, end: { IsTruncated: false } }
    last = source.key(found.at(-1) as T)
  }
}

function openMarker(marker: string, binding: string): string {
  const text = marker.slice(binding.length)
  const last = Buffer.from(text, 'base64url')
  if (!marker.startsWith(binding) || text === '' || last.toString('base64url') !== text) throw invalidMarker()
  return last.toString('utf8')
}

/** A list that is at hand whole; its keys need not be in order, but must be unique. */
export function listed<T>(items: readonly T[], key: (item: T) => string): PageSource<T> {
  const sorted = items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  return {
    key,
    after: (last, limit) => sorted.filter((item) => last === undefined || key(item) > last).slice(0, limit),
  }
}
