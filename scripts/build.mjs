// Builds dist/ from src/: tsc for the sources, a copy of the data files and of the runtime clients for functions beside them. Does nothing where dist/ is newer than
// every source, so that starting a built checkout costs no more than looking.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'src')
const target = join(root, 'dist')
const stamp = join(target, '.built')

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.test(-support)?\.ts$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
const inputs = [...files, join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json'), join(root, 'package.json')]
const state = `${files.length} ${Math.max(...inputs.map((file) => statSync(file).mtimeMs))}`
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) process.exit(0)

rmSync(target, { recursive: true, force: true })
const tsc = join(
  root,
  'node_modules/typescript',
  JSON.parse(readFileSync(join(root, 'node_modules/typescript/package.json'), 'utf8')).bin.tsc,
)
const compiled = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
  stdio: ['ignore', 2, 2],
})
if (compiled.status !== 0) process.exit(1)
cpSync(source, target, {
  recursive: true,
  filter: (file) => statSync(file).isDirectory() || /\.(?:json|mjs|py)$/.test(file),
})
chmodSync(join(target, 'main.js'), 0o755)
writeFileSync(stamp, state)
