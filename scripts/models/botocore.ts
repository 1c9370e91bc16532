import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'

/** A value of a JSON file that somebody else publishes; every field of interest is looked at before it is used. */
export type Json = Readonly<Record<string, unknown>>

/** The parts of botocore's `service-2.json` and `paginators-1.json` that the generator reads. */
export interface PublishedModel {
  readonly metadata: Json
  readonly operations: Readonly<Record<string, Json>>
  readonly shapes: Readonly<Record<string, Json>>
  readonly pagination: Readonly<Record<string, Json>>
  readonly version: string
}

/** The folder of the botocore that `python3` imports. */
export function findBotocore(): string {
  const program = 'import botocore, os; print(os.path.dirname(botocore.__file__))'
  try {
    return execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch (cause) {
    throw new Error('python3 has no botocore; install it, or name its folder with --botocore DIR', { cause })
  }
}

/** Such as `1.43.11`. */
export function botocoreVersion(folder: string): string {
  const version = /^__version__ = '([^']+)'$/m.exec(readFileSync(join(folder, '__init__.py'), 'utf8'))?.[1]
  if (version === undefined) throw new Error(`${folder} does not look like botocore`)
  return version
}

/** Reads the newest version of a service's model. */
export function readPublishedModel(folder: string, service: string): PublishedModel {
  const versions = readdirSync(join(folder, 'data', service)).toSorted()
  const version = versions.at(-1)
  if (version === undefined) throw new Error(`botocore has no model of ${service}`)
  const at = join(folder, 'data', service, version)
  const model = readJson(join(at, 'service-2.json'))
  const paginators = readJson(join(at, 'paginators-1.json'))
  return {
    metadata: model['metadata'] as Json,
    operations: model['operations'] as PublishedModel['operations'],
    shapes: model['shapes'] as PublishedModel['shapes'],
    pagination: paginators['pagination'] as PublishedModel['pagination'],
    version,
  }
}

function readJson(path: string): Json {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Json
  return JSON.parse(gunzipSync(readFileSync(`${path}.gz`)).toString('utf8')) as Json
}
