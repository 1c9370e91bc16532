import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attach, attachNewValue, detach, labelsOf, type Stages, versionIdsToStages } from './stages.ts'

const shown = (stages: Stages) => ({ ...versionIdsToStages(stages) })

test('a new current version leaves AWSPREVIOUS behind and takes it from the one before', () => {
  const one = attach([], ['AWSCURRENT'], 'v1')
  const two = attach(one, ['AWSCURRENT'], 'v2')
  expect(shown(two)).toEqual({ v1: ['AWSPREVIOUS'], v2: ['AWSCURRENT'] })
  expect(shown(attach(two, ['AWSCURRENT'], 'v3'))).toEqual({ v2: ['AWSPREVIOUS'], v3: ['AWSCURRENT'] })
})

test('going back swaps current and previous', () => {
  const two = attach(attach([], ['AWSCURRENT'], 'v1'), ['AWSCURRENT'], 'v2')
  expect(shown(attach(two, ['AWSCURRENT'], 'v1'))).toEqual({ v1: ['AWSCURRENT'], v2: ['AWSPREVIOUS'] })
})

test('a version that becomes current stays pending until the label is taken off or moves', () => {
  const waiting = attach(attach([], ['AWSCURRENT'], 'v1'), ['AWSPENDING', 'mine'], 'v2')
  const moved = attach(waiting, ['AWSCURRENT'], 'v2')
  expect(labelsOf(moved, 'v2').sort()).toEqual(['AWSCURRENT', 'AWSPENDING', 'mine'])
  expect(labelsOf(detach(moved, 'AWSPENDING'), 'v2').sort()).toEqual(['AWSCURRENT', 'mine'])
})

test('a new value ends a rotation, wherever its pending version is, and leaves custom labels', () => {
  const waiting = attach(attach([], ['AWSCURRENT'], 'v1'), ['AWSPENDING', 'mine'], 'v2')
  expect(shown(attachNewValue(waiting, ['AWSCURRENT'], 'v3'))).toEqual({
    v1: ['AWSPREVIOUS'],
    v2: ['mine'],
    v3: ['AWSCURRENT'],
  })
  expect(shown(attachNewValue(waiting, ['AWSPENDING'], 'v3'))).toEqual({
    v1: ['AWSCURRENT'],
    v2: ['mine'],
    v3: ['AWSPENDING'],
  })
})

test('labels given to a version that has them change nothing', () => {
  const stages = attach([], ['AWSCURRENT', 'a'], 'v1')
  expect(attach(stages, ['a', 'AWSCURRENT'], 'v1')).toEqual(stages)
})

test('a label is on one version only, and the asked ones are where they were sent', () => {
  const label = fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING', 'a', 'b', '__proto__')
  const version = fc.constantFrom('v1', 'v2', 'v3', 'v4')
  const step = fc.tuple(fc.boolean(), fc.uniqueArray(label, { minLength: 1 }), version)
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let stages: Stages = []
      for (const [fresh, labels, id] of steps) {
        stages = (fresh ? attachNewValue : attach)(stages, labels, id)
        const names = stages.map(([name]) => name)
        expect(new Set(names).size).toBe(names.length)
        for (const name of labels) expect(labelsOf(stages, id)).toContain(name)
      }
    }),
  )
})
