import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const modules = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]

/** The module of SoftHSM, where it and the binding are on this machine. */
export function softHsmModule(): string | undefined {
  try {
    createRequire(import.meta.url)('pkcs11js')
  } catch {
    return undefined
  }
  return modules.find((path) => existsSync(path))
}

/** A token of SoftHSM in a folder of its own. The module reads where that is when it is loaded. */
export function makeToken(label: string, pin: string): { remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'softhsm-'))
  mkdirSync(join(folder, 'tokens'))
  const configuration = join(folder, 'softhsm2.conf')
  writeFileSync(
    configuration,
    `directories.tokendir = ${folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
  )
  process.env['SOFTHSM2_CONF'] = configuration
  const init = ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', pin]
  execFileSync('softhsm2-util', init, { env: { ...process.env }, stdio: 'ignore' })
  return { remove: () => rmSync(folder, { recursive: true, force: true }) }
}
