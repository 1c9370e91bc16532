import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listed, page } from './page.ts'

test('pages of any size hold what is to be shown, once and in order', async () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(names, fc.integer({ min: 1, max: 10 }), async (items, MaxItems) => {
      const keep = (name: string) => name.length !== 2
      const seen: string[] = []
      let Marker: string | undefined
      do {
        const { items: found, end } = await page({ MaxItems, Marker }, ['op'], {
          ...listed(items, (name) => name),
          keep,
        })
        expect(found.length).toBeLessThanOrEqual(MaxItems)
        seen.push(...found)
        Marker = end.Marker
        expect(end.IsTruncated).toBe(Marker !== undefined)
      } while (Marker !== undefined)
      expect(seen).toEqual(items.filter(keep).toSorted((a, b) => (a < b ? -1 : 1)))
    }),
    { seed: 11, numRuns: 100 },
  )
})

test('no text makes a marker fail otherwise than by being refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, maxLength: 60 }), async (Marker) => {
      await expect(
        page(
          { Marker },
          ['op'],
          listed(['a'], (name) => name),
        ),
      ).rejects.toMatchObject({
        code: 'ValidationError',
      })
    }),
    { seed: 11, numRuns: 100 },
  )
})
