import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'src')

/** The rooms, lowest first: each may import those before it. `.` is the wiring at the top of `src/`. */
const rooms = [
  'base',
  'crypto',
  'envelope',
  'x509',
  'sigv4',
  'client',
  'iam',
  'store',
  'seal',
  'keys',
  'schedule',
  'events',
  'functions',
  'rotators',
  'audit',
  'aws',
  'http',
  'config',
  'agent',
  '.',
  'cli',
] as const

/** Pairs that the order allows but the design forbids, with the reason. */
const forbidden: readonly (readonly [from: string, to: string, why: string])[] = [
  ['iam', 'sigv4', 'both are pure and know nothing of each other'],
  ['store', 'sigv4', 'the store holds bytes'],
  ['store', 'iam', 'the store holds bytes'],
  ['store', 'crypto', 'encryption is the barrier, which is given to the store'],
  ['seal', 'sigv4', 'a seal knows no callers'],
  ['seal', 'iam', 'a seal knows no callers'],
  ['audit', 'iam', 'the trail takes records as they come'],
  ['audit', 'sigv4', 'the trail takes records as they come'],
  ['schedule', 'iam', 'due work knows no callers'],
  ['cli', 'store', 'the command line talks HTTP'],
  ['cli', 'aws', 'the command line talks HTTP'],
  ['agent', 'store', 'the agent talks HTTP'],
  ['agent', 'aws', 'the agent talks HTTP'],
  ['agent', 'iam', 'the agent talks HTTP'],
]

/** Services in the order in which they may call each other: each only those before it. */
const services = ['iam', 'sts', 'rolesanywhere', 'kms', 'lambda', 'secretsmanager', 'ssm', 'keyturn']

interface SourceFile {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

const files: readonly SourceFile[] = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.test(-support)?\.ts$/.test(entry.name))
  .map((entry) => {
    const path = relative(source, join(entry.parentPath, entry.name))
    const text = readFileSync(join(source, path), 'utf8')
    return { path, text, imports: importsOf(path, text) }
  })

function importsOf(path: string, text: string): readonly string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+\.ts)'/g)
  return [...found].map(([, to]) => relative(source, join(source, dirname(path), to as string)))
}

function roomOf(path: string): string {
  const [first, ...rest] = path.split('/')
  return rest.length === 0 ? '.' : (first as string)
}

const production = files.filter(({ path }) => !path.includes('conformance'))

test('every room is on the list', () => {
  expect(
    [...new Set(production.map(({ path }) => roomOf(path)))].filter(
      (room) => !(rooms as readonly string[]).includes(room),
    ),
  ).toEqual([])
})

test('rooms import only the rooms below them', () => {
  const wrong: string[] = []
  for (const { path, imports } of production) {
    const from = roomOf(path)
    for (const to of imports) {
      const target = roomOf(to)
      if (target === from) continue
      const upward = rooms.indexOf(target as never) > rooms.indexOf(from as never)
      // The program's entry is the one file that opens the command line.
      if (upward && path !== 'main.ts') wrong.push(`${path} imports ${to}: ${target}/ stands above ${from}/`)
      const rule = forbidden.find(([a, b]) => a === from && b === target)
      if (rule) wrong.push(`${path} imports ${to}: ${rule[2]}`)
    }
  }
  expect(wrong).toEqual([])
})

test('services import only the services before them, and the core imports none', () => {
  const wrong: string[] = []
  for (const { path, imports } of production) {
    if (!path.startsWith('aws/')) continue
    const from = services.indexOf(path.split('/')[1] as string)
    for (const to of imports) {
      const target = services.indexOf(to.startsWith('aws/') ? (to.split('/')[1] as string) : '')
      if (target === -1 || target === from) continue
      const core = from === -1 && !path.startsWith('aws/identities/')
      if (core || (from !== -1 && target > from)) wrong.push(`${path} imports ${to}`)
    }
  }
  expect(wrong).toEqual([])
})

test('no file is in an import cycle', () => {
  const graph = new Map(production.map(({ path, text }) => [path, importsOf(path, withoutTypeImports(text))]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  expect(cycles).toEqual([])
})

function withoutTypeImports(text: string): string {
  return text.replace(/import type [^']+'[^']+'/g, '')
}

const longest = 300

/** Longer files, which may only become shorter or leave this list. */
const mayBeLonger: ReadonlyMap<string, number> = new Map([['aws/iam/aws-managed.ts', 343]])

test('files are short enough to read at once', () => {
  const long = production
    .filter(({ path }) => !path.startsWith('aws/models/'))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > (mayBeLonger.get(path) ?? longest))
  expect(long).toEqual([])
})

interface Ban {
  readonly pattern: RegExp
  readonly instead: string
  readonly except?: RegExp
}

const bans: readonly Ban[] = [
  { pattern: /\bDate\.now\b/, instead: 'the Clock that was handed in', except: /^(?:base\/clock|cli\/)/ },
  { pattern: /\bconsole\./, instead: 'the reporter, or cli/output.ts' },
  {
    pattern: /\bMath\.random\b/,
    instead: 'base/ids.ts or node:crypto',
    except: /^store\/(?:open-store|postgres|sqlite)/,
  },
  { pattern: /\beval\(|new Function\b/, instead: 'anything else' },
  { pattern: /:\s*any\b|\bas any\b|@ts-(?:ignore|nocheck|expect-error)/, instead: 'a type' },
  { pattern: /timingSafeEqual/, instead: 'equalBytes', except: /^base\/bytes/ },
  { pattern: /TODO|FIXME|XXX/, instead: 'the work itself', except: /^aws\/models\// },
  { pattern: /createCipheriv|createDecipheriv/, instead: 'crypto/aead.ts or keys/', except: /^(?:crypto|keys)\// },
]

test.each(bans)('nobody writes $pattern', ({ pattern, instead, except }) => {
  const found = production
    .filter(({ path, text }) => !except?.test(path) && pattern.test(withoutComments(text)))
    .map(({ path }) => path)
  expect(found, `use ${instead}`).toEqual([])
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/[^\n]*/g, '$1')
}

test('every file is used', () => {
  const used = new Set(files.flatMap(({ imports }) => imports))
  const entries = /^main\.ts$|-(?:worker|writer)\.ts$/
  const tests = readTests()
  const unused = files
    .filter(({ path }) => !used.has(path) && !entries.test(path))
    .filter(({ path }) => !tests.some((text) => text.includes(path.split('/').at(-1) as string)))
    .map(({ path }) => path)
  expect(unused).toEqual([])
})

function readTests(): readonly string[] {
  return [source, join(root, 'test'), join(root, 'bench')].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && entry.name.endsWith('.ts') && /test|bench/.test(entry.parentPath + entry.name),
      )
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
  )
}
