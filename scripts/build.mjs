// Builds dist/ from src/: one program in a few chunks, so that it starts without opening hundreds of files, the threads
// beside it, and copies of the data files and of the runtime clients for functions. Does nothing where dist/ is newer than
// every source, so that starting a built checkout costs no more than looking.
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'src')
const target = join(root, 'dist')
const stamp = join(target, '.built')

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.test(-support)?\.ts$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
const inputs = [...files, fileURLToPath(import.meta.url), join(root, 'package.json')]
const state = `${files.length} ${Math.max(...inputs.map((file) => statSync(file).mtimeMs))}`
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) process.exit(0)

/** Files that run as threads of their own: each is found by its place beside the file that starts it. */
const threads = files.filter((file) => /-(?:worker|writer)\.ts$/.test(file))

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  packages: 'external',
  logLevel: 'warning',
}

rmSync(target, { recursive: true, force: true })
await build({
  ...common,
  entryPoints: [join(source, 'main.ts')],
  outdir: target,
  splitting: true,
  chunkNames: 'chunk-[hash]',
  plugins: [placesOf(target)],
})
for (const file of threads) {
  const outfile = join(target, relative(source, file)).replace(/\.ts$/, '.js')
  await build({ ...common, entryPoints: [file], outfile, plugins: [placesOf(dirname(outfile))] })
}
cpSync(source, target, {
  recursive: true,
  filter: (file) => statSync(file).isDirectory() || /\.(?:json|mjs|py)$/.test(file),
})
chmodSync(join(target, 'main.js'), 0o755)
writeFileSync(stamp, state)

/** Lets a file that looks for others beside itself find them from the chunk in `folder` that it becomes part of. */
function placesOf(folder) {
  return {
    name: 'places',
    setup(builder) {
      builder.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8')
        if (!text.includes('import.meta.url')) return undefined
        const place = relative(folder, join(target, relative(source, path))).replace(/\.ts$/, '.js')
        return {
          loader: 'ts',
          contents: text.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`),
        }
      })
    },
  }
}
