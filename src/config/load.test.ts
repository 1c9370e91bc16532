import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { settings } from './environment.ts'
import { ConfigError, loadConfig, type Override, parseConfig } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-config-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'keyturn.toml')

function fromFile(text: string | Uint8Array, environment: NodeJS.ProcessEnv = {}, flags: readonly Override[] = []) {
  writeFileSync(path, text)
  return loadConfig(path, environment, flags)
}

/** Why a text is refused. */
function fault(text: string, overrides: readonly Override[] = []): string {
  try {
    parseConfig(text, 'k.toml', overrides)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  return 'accepted'
}

/** What each setting can be, other than its default. */
const samples: Readonly<Record<string, string | number | boolean>> = {
  account: '123456789012',
  region: 'eu-central-1',
  node: '7',
  workers: 3,
  publicUrl: 'https://keys.example.com/keyturn',
  'listen.address': '0.0.0.0',
  'listen.port': 9000,
  'tls.cert': '/c',
  'tls.key': '123',
  'tls.minVersion': 'TLSv1.3',
  'store.kind': 'postgres',
  'store.folder': 'true',
  'store.url': 'postgres://x',
  'store.connections': 5,
  'seal.kind': 'keyfile',
  'seal.path': '/k',
  'seal.environment': 'KEY',
  'seal.credential': 'key',
  'audit.folder': '/a',
  'audit.sync': true,
  'functions.enabled': false,
  'functions.endpoint': 'https://keyturn.internal',
  'functions.folder': '/f',
  'functions.logFolder': '/l',
  'functions.nodePath': '/n',
  'functions.path': '/usr/bin',
  'functions.atOnce': 4,
  'functions.idleSeconds': 60,
  'functions.bubblewrap': 'off',
  'functions.unconfined': true,
  'functions.firstUid': 70_000,
  'limits.bodyBytes': 2048,
  'limits.headerBytes': 8192,
  'limits.requestSeconds': 7,
  'limits.idleSeconds': 8,
  'limits.drainSeconds': 9,
  'limits.cacheBytes': 64 * 1024 ** 3,
  'xks.ca': '/ca.pem',
  'xks.timeoutMilliseconds': 500,
  'rotation.ca': '/databases.pem',
  'rotation.connectSeconds': 3,
  'rotation.statementSeconds': 30,
  'organization.id': 'o-a1b2c3d4e5',
  'organization.root': 'r-a1b2',
  metrics: 'off',
  'log.level': 'debug',
}

function sampleOf(name: string): string | number | boolean {
  return samples[name] ?? (name.startsWith('quotas.') ? 42 : expect.unreachable(`${name} has no sample`))
}

/** What else must be said so that a setting may be. */
function needed(name: string): readonly (readonly [string, string])[] {
  if (name.startsWith('tls.'))
    return [
      ['tls.cert', '"/c"'],
      ['tls.key', '"/k"'],
    ]
  if (name === 'store.connections')
    return [
      ['store.kind', '"postgres"'],
      ['store.url', '"x"'],
    ]
  if (name === 'store.url') return [['store.kind', '"postgres"']]
  if (name === 'store.kind') return [['store.url', '"x"']]
  return []
}

function read(config: object, at: readonly string[]): unknown {
  return at.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], config)
}

describe.each(settings.map((setting) => [setting.path.join('.'), setting] as const))(
  'the setting %s',
  (name, setting) => {
    const sample = sampleOf(name)
    const others = needed(name)
      .filter(([other]) => other !== name)
      .map(([other, value]) => `${other} = ${value}\n`)
      .join('')

    test('is read from the file', () => {
      expect(read(fromFile(`${others}${name} = ${JSON.stringify(sample)}`), setting.path)).toBe(sample)
    })

    test('is read from the environment, which comes before the file', () => {
      expect(read(fromFile(others, { [setting.variable]: String(sample) }), setting.path)).toBe(sample)
      const same = `${others}${name} = ${JSON.stringify(sample)}`
      expect(read(fromFile(same, { [setting.variable]: '' }), setting.path)).toBe(sample)
    })

    test('is read from a flag, which comes before both', () => {
      const environment = { [setting.variable]: '-1' }
      const flag = { path: setting.path, value: sample, from: '--flag' }
      expect(read(fromFile(others, environment, [flag]), setting.path)).toBe(sample)
    })

    test('is refused where its type is wrong, saying where', () => {
      const wrong = setting.type === 'string' ? '5' : '"x"'
      expect(fault(`${others}\n${name} = ${wrong}`)).toMatch(
        new RegExp(`^k\\.toml:\\d+: «${name}» must be .+, not .+\\.$`),
      )
      for (const value of ['[]', '[1]', '1979-05-27', '07:32:00', '{}', 'nan']) {
        expect(fault(`${others}\n${name} = ${value}`)).toContain(`«${name}»`)
      }
    })
  },
)

test('a token is a table by the name of its cluster', () => {
  const cluster = 'cluster-2a23b4cdefg'
  const head = `[cloudhsm."${cluster}"]\n`
  expect(fromFile(`${head}module = "/lib/p11.so"\ntoken = "one"`).cloudhsm).toEqual({
    [cluster]: { module: '/lib/p11.so', token: 'one' },
  })
  expect(fault(`${head}module = 5\ntoken = "one"`)).toContain('k.toml:2:')
  expect(fault(`${head}module = "/lib/p11.so"`)).toContain('is missing')
  expect(fault(`${head}module = "/lib/p11.so"\ntoken = "one"\npin = "1"`)).toContain('there is no setting')
  expect(fault('[cloudhsm.other]\nmodule = "/m"\ntoken = "one"')).toContain('a cluster id such as')
  expect(fault('cloudhsm = []')).toContain('«cloudhsm»')
})

test('nothing said is the defaults', () => {
  expect(loadConfig(undefined, {})).toMatchObject({
    account: '000000000000',
    listen: { address: '127.0.0.1', port: 8200 },
    store: { kind: 'sqlite', folder: './data' },
    seal: { kind: 'keyfile' },
    limits: { bodyBytes: 1_048_576 },
    metrics: 'loopback',
  })
})

test('variables of other programs are left alone', () => {
  const environment = { KEYTURN_PORT: 'tcp://10.0.0.1:8200', KEYTURN_SERVICE_HOST: '10.0.0.1', LISTEN_PORT: '1' }
  expect(loadConfig(undefined, environment)).toEqual(loadConfig(undefined, {}))
})

test.each([
  ['prot = 1', 'k.toml:1: there is no setting «prot». docs/configuration.md lists all of them.'],
  ['[listen]\n\nprot = 1', 'k.toml:3: there is no setting «listen.prot». docs/configuration.md lists all of them.'],
  ['\n[listne]\nport = 1', 'k.toml:2: there is no setting «listne». docs/configuration.md lists all of them.'],
  [
    'listen = { port = 1,\n  prot = 1 }',
    'k.toml:2: there is no setting «listen.prot». docs/configuration.md lists all of them.',
  ],
  ['["listen"]\n"po\\u0072t" = "x"', 'k.toml:2: «listen.port» must be a whole number from 0 to 65535, not "x".'],
  ['"listen.port" = 1', 'k.toml:1: there is no setting «"listen.port"». docs/configuration.md lists all of them.'],
  ['[listen]\nport = 65536', 'k.toml:2: «listen.port» must be a whole number from 0 to 65535, not 65536.'],
  ['listen.port = 1.5', 'k.toml:1: «listen.port» must be a whole number from 0 to 65535, not 1.5.'],
  ['workers = 0', 'k.toml:1: «workers» must be a whole number from 1 to 256, not 0.'],
  [
    '[quotas]\nkeysPerRegion = -1',
    'k.toml:2: «quotas.keysPerRegion» must be a whole number from 1 to 1000000000, not -1.',
  ],
  ['listen = []', 'k.toml:1: «listen» must be a table, not a list.'],
  ['listen = 2020-01-01', 'k.toml:1: «listen» must be a table, not a date.'],
  ['[[listen]]\nport = 1', 'k.toml:1: «listen» must be a table, not a list.'],
  ['listen = 8200', 'k.toml:1: «listen» must be a table, not 8200.'],
  ['account = 123456789012', 'k.toml:1: «account» must be a text, not 123456789012.'],
  ['account = "12"', 'k.toml:1: «account» must be an account number of 12 digits, not "12".'],
  ['region = "nowhere"', 'k.toml:1: «region» must be a region name such as us-east-1, not "nowhere".'],
  ['metrics = "some"', 'k.toml:1: «metrics» must be one of "loopback", "all", "off", not "some".'],
  ['[audit]\nsync = "yes"', 'k.toml:2: «audit.sync» must be true or false, not "yes".'],
  ['[audit]\nfolder = ""', 'k.toml:2: «audit.folder» must be a text that is not empty, not an empty one.'],
  ['[tls]\ncert = "c"', 'k.toml:1: the setting «tls.key» is missing.'],
  ['[store]\nkind = "oracle"', 'k.toml:2: «store.kind» must be one of "sqlite", "postgres", not "oracle".'],
  ['[store]\nkind = "postgres"', 'k.toml:1: the setting «store.url» is missing.'],
  ['[store]\n\nurl = "postgres://u:hunter2@h"', 'k.toml:3: «store.url» is a setting for store.kind = "postgres".'],
  ['store = "postgres://u:hunter2@h"', 'k.toml:1: «store» must be a table, not a text.'],
  [
    '[store]\nkind = "postgres://u:hunter2@h"',
    'k.toml:2: «store.kind» must be one of "sqlite", "postgres", not a text.',
  ],
  ['[seal]\npath = "a"\nenvironment = "b"', 'k.toml:1: «seal» must have only one of path, environment and credential.'],
  ['__proto__ = 1', 'k.toml:1: there is no setting «__proto__». docs/configuration.md lists all of them.'],
  ['[__proto__]\nport = 1', 'k.toml:1: there is no setting «__proto__». docs/configuration.md lists all of them.'],
  [
    '[listen.constructor]\nx = 1',
    'k.toml:1: there is no setting «listen.constructor». docs/configuration.md lists all of them.',
  ],
  ['toString = 1', 'k.toml:1: there is no setting «toString». docs/configuration.md lists all of them.'],
])('%j is refused in words', (text, message) => {
  expect(fault(text)).toBe(message)
})

test.each([
  ['a\n', 1],
  ['workers = 1\nworkers = 2', 2],
  ['[listen]\nport = 1\n[listen]\n', 3],
  ['\n\nport = "unclosed', 3],
  ['a = [1,\n2', 2],
  ['a = 9007199254740993', 1],
  [`a = ${'['.repeat(5000)}`, 1],
])('%j is refused with its line', (text, line) => {
  expect(fault(text)).toMatch(new RegExp(`^k\\.toml:${line}: `))
})

test('a mistake in the environment or a flag names that, not the file', () => {
  expect(() => fromFile('[listen]\nport = 1', { KEYTURN_LISTEN_PORT: 'many' })).toThrow(
    /^KEYTURN_LISTEN_PORT: «listen\.port» must be a whole number from 0 to 65535, not "many"\.$/,
  )
  expect(() => loadConfig(undefined, { KEYTURN_AUDIT_SYNC: '1' })).toThrow(/^KEYTURN_AUDIT_SYNC: .* true or false/)
  const flag = { path: ['workers'], value: 1000, from: '--workers' }
  expect(() => loadConfig(undefined, { KEYTURN_WORKERS: '-5' }, [flag])).toThrow(/^--workers: .* not 1000\.$/)
})

test('an override does not hide a mistake of the file', () => {
  expect(() => fromFile('listen = 1', { KEYTURN_LISTEN_PORT: '80' })).toThrow(/toml:1: «listen» must be a table/)
})

test('a file that cannot be read is told, and how to go on', () => {
  expect(() => loadConfig(join(folder, 'missing.toml'), {})).toThrow(
    /missing\.toml cannot be read \(ENOENT\).*--config/,
  )
  expect(() => loadConfig(folder, {})).toThrow(/cannot be read \(EISDIR\)/)
  expect(() => fromFile(Uint8Array.from([0x61, 0xff]))).toThrow('is not UTF-8')
  expect(() => fromFile(' '.repeat(1024 * 1024 + 1))).toThrow('EFBIG')
})

test('a byte order mark is no mistake', () => {
  expect(fromFile('\ufeffworkers = 2').workers).toBe(2)
})

test('no text makes anything but a configuration or a ConfigError', () => {
  const names = fc.constantFrom(
    'listen',
    'port',
    'store',
    'kind',
    'tls',
    '__proto__',
    'quotas',
    'events',
    'sink',
    'workers',
    '"a b"',
    'x',
  )
  const values = fc.constantFrom(
    '1',
    '-1',
    '"x"',
    "'''x'''",
    '[]',
    '[1, {a = 2}]',
    '{ port = 1 }',
    '{}',
    'true',
    'nan',
    '1979-05-27',
    '"sqlite"',
    '{ kind = "postgres" }',
  )
  const line = fc.oneof(
    fc.tuple(names, values).map(([name, value]) => `${name} = ${value}`),
    fc.tuple(names, names, values).map(([table, name, value]) => `${table}.${name} = ${value}`),
    names.map((name) => `[${name}]`),
    names.map((name) => `[[${name}]]`),
    fc.tuple(names, names).map(([table, name]) => `[[${table}.${name}]]`),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const message = fault(lines.join('\n'))
      expect(message === 'accepted' || /^k\.toml(?::\d+)?: .+/s.test(message)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

describe('docs/configuration.md', () => {
  const rows = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((row) => row.startsWith('| `'))
    .map((row) => row.split('|').map((cell) => cell.trim()))
  const documented = new Map(rows.map(([, name, fallback, variable]) => [name, { fallback, variable }]))
  const defaults = { ...loadConfig(undefined, {}), tls: parseConfig('tls = { cert = "c", key = "k" }', '').tls }
  const postgres = parseConfig('store = { kind = "postgres", url = "u" }', '').store

  test.each(settings.map(({ path, variable }) => [path.join('.'), variable, path] as const))(
    'names %s with its variable and its default',
    (name, variable, at) => {
      const row = documented.get(`\`${name}\``)
      const value = read(defaults, at) ?? read({ store: postgres }, at)
      expect(row?.variable).toBe(`\`${variable}\``)
      const own = ['tls.cert', 'tls.key', 'store.url'].includes(name) ? undefined : value
      if (own !== undefined) expect(row?.fallback).toBe(`\`${JSON.stringify(own)}\``)
      else expect(row?.fallback).not.toMatch(/^`/)
    },
  )

  test('names nothing that is not a setting', () => {
    const known = new Set(settings.map(({ path }) => `\`${path.join('.')}\``))
    const unknown = [...documented.keys()].filter(
      (name) =>
        !known.has(name ?? '') && !/^`(?:events\.sink|rotation\.(?:webhook|lambda)|organization\.)/.test(name ?? ''),
    )
    expect(unknown).toEqual([])
  })

  test('shows an example that is accepted', () => {
    const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
    const examples = [...text.matchAll(/```toml\n([^]*?)```/g)].map(([, example]) => example as string)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) expect(fault(example)).toBe('accepted')
  })
})
