import { createHash } from 'node:crypto'
import type { Secret } from '../../base/secret.ts'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from '../database.ts'

/** Users of Redis and Valkey (Redis manual, «ACL»). They can have two passwords, so the present one stays valid until the next rotation. */
export const redis: DatabaseEngine = {
  names: ['redis', 'valkey', 'elasticache', 'memorydb'],
  port: 6379,
  longestUser: 128,
  password: { length: 32, excluded: '/@"\'\\' },
  open: openSession,
}

interface Commands {
  sendCommand(args: readonly string[]): Promise<unknown>
}

async function openSession(login: Login): Promise<DatabaseSession> {
  const { createClient } = await import('redis')
  const { host, port, user, password, tls, connectMilliseconds, statementMilliseconds } = login
  const socket = { host, port, connectTimeout: connectMilliseconds, reconnectStrategy: false } as const
  const client = createClient({
    username: user,
    password: password.reveal(),
    disableOfflineQueue: true,
    commandOptions: { timeout: statementMilliseconds },
    // Its two commands need rights that a user for rotation may lack.
    disableClientInfo: true,
    socket: tls
      ? { ...socket, tls: true, rejectUnauthorized: true, ...(tls.ca !== undefined && { ca: tls.ca }) }
      : socket,
  })
  client.on('error', () => undefined)
  await attempt(async () => void (await client.connect()))
  const commands: Commands = { sendCommand: (args) => attempt(() => client.sendCommand([...args])) }
  return {
    changeOwnPassword: (next, present) => setPasswords(commands, user, [next, present]),
    changePassword: async (name, next, present) => {
      if (!(await readRules(commands, name))) throw new DatabaseFault('user-missing', 'NoUser')
      await setPasswords(commands, name, present ? [next, present] : [next])
    },
    hasUser: async (name) => (await readRules(commands, name)) !== undefined,
    async cloneUser(from, to, next) {
      const rules = await readRules(commands, from)
      if (!rules) throw new DatabaseFault('user-missing', 'NoUser')
      await commands.sendCommand(['ACL', 'SETUSER', to, 'reset', ...rules, `#${sha256(next)}`])
      await persist(commands)
    },
    async close() {
      client.destroy()
    },
  }
}

/** By their hashes: neither the log of slow commands nor `MONITOR` shows a password. */
async function setPasswords(commands: Commands, user: string, passwords: readonly Secret<string>[]): Promise<void> {
  const hashes = passwords.map((password) => `#${sha256(password)}`)
  await commands.sendCommand(['ACL', 'SETUSER', user, 'resetpass', ...hashes])
  await persist(commands)
}

function sha256(password: Secret<string>): string {
  return createHash('sha256').update(password.reveal()).digest('hex')
}

/** Users live in a file of their own, or in the configuration, or in memory only: whichever it is, the server says so. */
async function persist(commands: Commands): Promise<void> {
  for (const command of [
    ['ACL', 'SAVE'],
    ['CONFIG', 'REWRITE'],
  ]) {
    try {
      await commands.sendCommand(command)
      return
    } catch (error) {
      if (!(error instanceof DatabaseFault) || error.kind === 'unavailable') throw error
    }
  }
}

/** What a user may do, without how he logs in; nothing where there is no such user. */
async function readRules(commands: Commands, user: string): Promise<readonly string[] | undefined> {
  const lines = (await commands.sendCommand(['ACL', 'LIST'])) as readonly string[]
  const prefix = `user ${user} `
  const line = lines.find((one) => one.startsWith(prefix))
  return line === undefined ? undefined : rulesOf(line.slice(prefix.length))
}

/** The rules of a line of `ACL LIST`; those in parentheses belong together. */
export function rulesOf(line: string): readonly string[] {
  const rules = line.match(/\([^)]*\)|\S+/g) ?? []
  return rules.filter((rule) => !/^(?:#|>|nopass$)/.test(rule))
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DatabaseFault) throw error
    const { code, message = '' } = error as { code?: string; message?: string }
    const word = /^[A-Z]{3,}\b/.exec(message)?.[0]
    if (word === 'WRONGPASS' || word === 'NOAUTH') throw new DatabaseFault('login-refused', word)
    throw new DatabaseFault(word === undefined ? 'unavailable' : 'refused', word ?? code)
  }
}
