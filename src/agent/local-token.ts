import { readFileSync, writeFileSync } from 'node:fs'
import { hash } from 'node:crypto'
import { alphanumeric, randomText } from '../base/ids.ts'
import { equalBytes } from '../base/bytes.ts'
import { Secret } from '../base/secret.ts'

/** The variables in which AWS's agent looks for its token, in this order; `file://…` names a file that holds it. */
const variables = ['AWS_TOKEN', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'] as const

export type LocalToken = { readonly token: Secret<string> } | { readonly missing: string }

/** The token that callers must show: from a file, which is made where it is not there yet, or from the environment. */
export function localToken(file: string | undefined, environment: NodeJS.ProcessEnv): LocalToken {
  if (file !== undefined) return tokenIn(file) ?? makeToken(file)
  for (const name of variables) {
    const value = environment[name]
    if (!value) continue
    if (!value.startsWith('file://')) return { token: new Secret(value) }
    const path = value.slice('file://'.length)
    return tokenIn(path) ?? { missing: `${name} names ${path}, which holds no token.` }
  }
  return {
    missing: `Callers need a token: give a file for it with --token-file (it is made where it is not there), or set ${variables[0]}.`,
  }
}

const longestToken = 4096

function tokenIn(path: string): LocalToken | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : { missing: `The token in ${path} cannot be read (${code}).` }
  }
  if (text === '' || text.length > longestToken)
    return { missing: `${path} holds no token of 1 to ${longestToken} characters.` }
  return { token: new Secret(text) }
}

function makeToken(path: string): LocalToken {
  const token = randomText(43, alphanumeric)
  try {
    writeFileSync(path, token, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    return { missing: `The token cannot be written to ${path} (${(error as NodeJS.ErrnoException).code}).` }
  }
  return { token: new Secret(token) }
}

/** Whether a caller showed the token, in a time that tells nothing of it, not even its length. */
export function showsToken(shown: string | undefined, token: Secret<string>): boolean {
  return shown !== undefined && equalBytes(hash('sha256', shown, 'buffer'), hash('sha256', token.reveal(), 'buffer'))
}
