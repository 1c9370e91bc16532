import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What runs the blocks that name nobody else. */
export const usualRunner = 'test/clients/documents.test.ts'

/** The pages for users, by their paths in the repository. */
export const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

export interface ShownBlock {
  /** Where it begins, for people: `docs/agent.md:8`. */
  readonly at: string
  readonly text: string
  /** The file that runs it: from the mark `<!-- run -->` or `<!-- run by FILE -->` above it, down to `<!-- /run -->`. */
  readonly runner: string | undefined
  /** Whether the paragraph above it says *Described.*, which stands for «not run here». */
  readonly described: boolean
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

interface Fence {
  readonly line: number
  readonly language: string
  readonly indentation: number
  readonly body: string[]
}

/** The blocks of shell commands of a page, indented ones without their indentation. */
export function shellBlocks(page: string, text = readPage(page)): readonly ShownBlock[] {
  const blocks: ShownBlock[] = []
  let runner: string | undefined
  let paragraph = ''
  let begins = true
  let fence: Fence | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (fence !== undefined && line === '```') {
      const body = fence.body.map((each) => `${each}\n`).join('')
      const described = paragraph.startsWith('*Described.*')
      if (isShell(fence.language, body)) blocks.push({ at: `${page}:${fence.line}`, text: body, runner, described })
      fence = undefined
    } else if (fence !== undefined) {
      fence.body.push(raw.slice(fence.indentation))
    } else if (line.startsWith('```')) {
      fence = { line: index + 1, language: line.slice(3), indentation: raw.indexOf('`'), body: [] }
    } else if (/^<!-- run.* -->$/.test(line)) {
      runner = /^<!-- run by (?<file>\S+) -->$/.exec(line)?.groups?.['file'] ?? usualRunner
    } else if (line === '<!-- /run -->') {
      runner = undefined
    } else if (line !== '') {
      paragraph = begins ? line : `${paragraph} ${line}`
    }
    begins = line === ''
  }
  return blocks
}

/** Blocks that say no language are commands by their looks. */
function isShell(language: string, body: string): boolean {
  if (language !== '') return ['sh', 'bash', 'shell', 'console', 'zsh'].includes(language)
  return /^(?:\$ )?(?:sudo |export |aws |keyturn |npm |curl |kubectl |docker )/m.test(body)
}

/** The blocks of commands of a page that a runner is named for. */
export function shownCommands(page: string, runner = usualRunner): readonly string[] {
  const blocks = shellBlocks(page).filter((block) => block.runner === runner)
  expect(blocks.length, `${page} has commands to run`).toBeGreaterThan(0)
  return blocks.map(({ text }) => text)
}

/** A `PATH` on which `keyturn` is this one, through a file in a folder. */
export function pathWithKeyturn(folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'keyturn'), `#!/bin/sh\nexec '${process.execPath}' '${root}src/main.ts' "$@"\n`)
  chmodSync(join(bin, 'keyturn'), 0o755)
  return `${bin}:${process.env['PATH']}`
}
