import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

const sdk = '@aws-sdk/client-secrets-manager'
let made: string | undefined

/**
 * A folder of modules for handlers of tests, the AWS SDK for Secrets Manager among them in one file. Functions run as users of
 * their own, who cannot reach into a checkout in somebody's home folder.
 */
export function handlerModules(): string {
  if (made) return made
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-modules-'))
  chmodSync(folder, 0o755)
  const home = join(folder, sdk)
  mkdirSync(home, { recursive: true })
  const common = {
    stdin: { contents: `export * from '${sdk}'`, resolveDir: process.cwd() },
    bundle: true,
    platform: 'node',
  } as const
  buildSync({ ...common, format: 'cjs', outfile: join(home, 'index.cjs') })
  // What is bundled asks for Node's own modules by `require`, which modules do not have.
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
  buildSync({ ...common, format: 'esm', outfile: join(home, 'index.mjs'), banner: { js } })
  const exports = { import: './index.mjs', require: './index.cjs' }
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: sdk, exports }))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  made = folder
  return folder
}
