import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { zipOf } from '../../functions/functions.test-support.ts'
import { creation, type LambdaHarness, openLambda, trust } from './lambda.test-support.ts'

const source = fileURLToPath(new URL('../../../test/fakes/compiled-bootstrap.c', import.meta.url))
const compiler = spawnSync('cc', ['--version']).status === 0

/** The program, linked statically where the machine has what that needs: then it runs wherever it is taken. */
function compile(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-compiled-'))
  try {
    const file = join(folder, 'bootstrap')
    const flags = ['-std=gnu11', '-O1', '-D_GNU_SOURCE', '-o', file, source]
    const [done] = [['-static'], []]
      .map((more) => spawnSync('cc', [...more, ...flags]))
      .filter(({ status }) => status === 0)
    if (!done) throw new Error('cc did not compile the program')
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

let lambda: LambdaHarness
beforeAll(async () => {
  lambda = await openLambda()
  await lambda.iam('CreateRole', { RoleName: 'fn', AssumeRolePolicyDocument: trust() })
})
afterAll(async () => {
  await lambda.close()
  expect(lambda.harness.failures).toEqual([])
})

test.skipIf(!compiler)(
  'a compiled program runs as a function of provided.al2023 (needs a C compiler: cc)',
  async () => {
    const content = compile()
    expect(Buffer.from(content.subarray(0, 4)).toString('latin1')).toBe('\u007fELF')
    const zip = new Secret<Uint8Array>(zipOf([{ name: 'bootstrap', content, mode: 0o100755, deflate: true }]))
    const more = { Runtime: 'provided.al2023', Handler: 'whatever.it.likes', Code: { ZipFile: zip } }
    await lambda.call('CreateFunction', creation(more))
    expect((await lambda.run({ x: 'ü' })).value).toEqual({ got: { x: 'ü' }, count: 1, handler: 'whatever.it.likes' })
    const failed = await lambda.run({ fail: true }, { LogType: 'Tail' })
    expect(failed.value).toEqual({ errorType: 'Demo.Failure', errorMessage: 'it was asked to' })
    expect(failed.output.FunctionError).toBe('Unhandled')
    expect(Buffer.from(failed.output.LogResult ?? '', 'base64').toString()).toContain('\nevent 2\n')
    // The same process again: its failure was an answer.
    expect((await lambda.run([1])).value).toMatchObject({ got: [1], count: 3 })
  },
)

test.skipIf(!compiler)('a compiled program may say that it cannot begin (needs a C compiler: cc)', async () => {
  const zip = new Secret<Uint8Array>(zipOf([{ name: 'bootstrap', content: compile(), mode: 0o100755 }]))
  const Environment = { Variables: new Secret({ BROKEN: new Secret('yes') }) }
  const more = { Runtime: 'provided.al2023', FunctionName: 'broken', Code: { ZipFile: zip }, Environment }
  await lambda.call('CreateFunction', creation(more))
  const { value, output } = await lambda.run({}, { FunctionName: 'broken' })
  expect(value).toEqual({ errorType: 'Runtime.Broken', errorMessage: 'it was told to be' })
  expect(output.FunctionError).toBe('Unhandled')
})
