import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The blocks of commands of a page that are meant to be run as they stand. */
export function shownCommands(page: string): readonly string[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  const blocks = Array.from(text.matchAll(/<!-- run -->\n```sh\n([\s\S]*?)```\n<!-- \/run -->/g), ([, block]) =>
    String(block),
  )
  expect(blocks.length, `docs/${page} has commands to run`).toBeGreaterThan(0)
  return blocks
}

/** A `PATH` on which `keyturn` is this one, through a file in a folder. */
export function pathWithKeyturn(folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'keyturn'), `#!/bin/sh\nexec '${process.execPath}' '${root}src/main.ts' "$@"\n`)
  chmodSync(join(bin, 'keyturn'), 0o755)
  return `${bin}:${process.env['PATH']}`
}
