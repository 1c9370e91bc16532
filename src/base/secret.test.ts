import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

const secret = new Secret('hunter2')

test('gives its value to whoever asks for it by name', () => {
  expect(secret.reveal()).toBe('hunter2')
})

test.each([
  ['a template', () => `${String(secret)}`],
  ['a concatenation', () => `a${String(secret)}`],
  ['JSON', () => JSON.stringify({ secret })],
  ['inspect', () => inspect(secret)],
  [
    'inspect of hidden members',
    () => inspect({ nested: [secret] }, { showHidden: true, depth: null, customInspect: false }),
  ],
  ['its members', () => JSON.stringify(Object.assign({}, secret)) + Reflect.ownKeys(secret).join()],
  ['a structured clone', () => inspect(structuredClone(secret), { showHidden: true, depth: null })],
  ['an error', () => inspect(new Error(`failed for ${String(secret)}`))],
])('does not show in %s', (_where, show) => {
  expect(show()).not.toContain('hunter2')
})
