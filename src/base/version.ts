import { readFileSync } from 'node:fs'

/** The version of this package; `package.json` stands two folders above both `src/base` and `dist/base`. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version
