import { readFileSync } from 'node:fs'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

/** A certificate for localhost that signs itself, with its key, for servers of tests: good for a hundred years and for nothing else. */
export const localhost = { cert: read('localhost.pem'), key: read('localhost-key.pem') }
