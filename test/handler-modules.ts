import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as secretsManager from '@aws-sdk/client-secrets-manager'
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
  const names = Object.keys(secretsManager).filter((name) => /^[A-Z]\w*$/.test(name))
  // Names one by one: only then does `import` see what a CommonJS file exports.
  const contents = `export { ${names.join()} } from '${sdk}'`
  buildSync({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: join(home, 'index.js'),
  })
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: sdk, main: 'index.js' }))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  made = folder
  return folder
}
