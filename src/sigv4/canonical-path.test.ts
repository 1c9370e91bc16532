import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalPath, normalisePath } from './canonical-path.ts'

test.each([
  ['/', '/'],
  ['//', '/'],
  ['/a/../..', '/'],
  ['/../../a', '/a'],
  ['/a/./b/', '/a/b/'],
  ['/a//b', '/a/b'],
  ['/a/b/..', '/a'],
  ['/2015-03-31/functions/arn%3Aaws%3Alambda/invocations', '/2015-03-31/functions/arn%253Aaws%253Alambda/invocations'],
  ['/arn:aws:lambda', '/arn%3Aaws%3Alambda'],
  ['/%2e%2e/a', '/%252e%252e/a'],
  ['/\u00e1\u0088\u00b4', '/%E1%88%B4'],
])('%j is signed as %j', (path, expected) => {
  expect(canonicalPath(path)).toBe(expected)
})

test('a normal path has no empty and no dot segment, and is normal', () => {
  const parts = fc.array(fc.constantFrom('a', 'b', '.', '..', '', '...'), { maxLength: 12 })
  fc.assert(
    fc.property(parts, (segments) => {
      const normal = normalisePath(`/${segments.join('/')}`)
      expect(normal).toMatch(/^\/(?:(?:a|b|\.\.\.)(?:\/|$))*$/)
      expect(normalisePath(normal)).toBe(normal)
    }),
    { seed: 4 },
  )
})
