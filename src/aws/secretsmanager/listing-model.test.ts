import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openSecretsManager } from '../../../test/secrets-manager.ts'
import { fitsAll, type SecretFilter } from './filters.ts'
import { listPage, type ListRequest } from './listing.ts'
import type { SecretRecord } from './records.ts'
import { type Position, timeIn, writeSecret } from './write-secret.ts'

const account = '1'

const secretName = fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 4 })
const drafts = fc.uniqueArray(
  fc.record({
    name: secretName,
    created: fc.nat(3),
    changed: fc.nat(3),
    accessed: fc.option(fc.nat(3), { nil: undefined }),
    deleted: fc.boolean(),
    untouchedAtFirst: fc.boolean(),
  }),
  { selector: ({ name }) => name, maxLength: 25 },
)
const value = fc
  .tuple(fc.boolean(), fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 2 }))
  .map(([not, text]) => (not ? '!' : '') + text)
const filters: fc.Arbitrary<readonly SecretFilter[]> = fc.array(
  fc.record({
    key: fc.constantFrom('name' as const, 'all' as const),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 2 },
)
const question = fc.record({
  filters,
  order: fc.constantFrom('name', 'created', 'changed', 'accessed'),
  reverse: fc.boolean(),
  limit: fc.integer({ min: 1, max: 7 }),
  withDeleted: fc.boolean(),
})

function expected(
  secrets: readonly SecretRecord[],
  { order, reverse, withDeleted, filters: asked }: ListRequest,
): string[] {
  const place = (secret: SecretRecord) => (order === 'name' ? 0 : timeIn(order, secret))
  const sorted = secrets
    .filter((secret) => (withDeleted || !secret.deletion) && fitsAll(secret, asked))
    .toSorted((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1))
  return (reverse ? sorted.toReversed() : sorted).map(({ name }) => name)
}

test('pages put together are the secrets that fit, in order, each once', async () => {
  const { harness } = await openSecretsManager()
  let region = 0
  await fc.assert(
    fc.asyncProperty(drafts, question, async (made, asked) => {
      region++
      const secrets = made.map(
        ({ name, created, changed, accessed, deleted }): SecretRecord => ({
          account,
          region: `r-${region}`,
          name,
          suffix: 'abcdef',
          createdAt: created,
          changedAt: changed,
          accessedOn: accessed,
          deletion: deleted ? { at: 1 } : undefined,
          stages: [],
          versions: 0,
        }),
      )
      await harness.store.transaction(async (tx) => {
        for (const [index, secret] of secrets.entries()) {
          const untouched = { ...secret, changedAt: secret.createdAt, accessedOn: undefined }
          const before = made[index]?.untouchedAtFirst ? untouched : undefined
          if (before) writeSecret(tx, undefined, before)
          writeSecret(tx, before, secret)
        }
      })
      const request = { ...asked, account, region: `r-${region}` }
      const found: string[] = []
      let after: Position | undefined
      do {
        const page = await harness.store.transaction((tx) => listPage(tx, { ...request, after }))
        expect(page.secrets.length).toBeLessThanOrEqual(asked.limit)
        found.push(...page.secrets.map(({ name }) => name))
        after = page.next
      } while (after !== undefined)
      expect(found).toEqual(expected(secrets, request))
    }),
    { numRuns: 300 },
  )
  await harness.close()
})
