import { encode } from './percent-encoding.ts'

/**
 * The path as every service but S3 signs it: empty and dot segments removed, then what is on the wire (encoded once
 * already) encoded again.
 */
export function canonicalPath(path: string): string {
  return path === '/' ? path : encodePath(normalisePath(path))
}

/** Removes empty, `.` and `..` segments; a slash at the end stays if a segment is left. */
export function normalisePath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`
}

/** Encodes what stands between the slashes. */
export function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}
