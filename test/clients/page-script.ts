import { fileURLToPath } from 'node:url'
import { freePort } from '../real-server.ts'
import type { PageSetting } from './page-settings.ts'
import { shownCommands } from './shown-commands.ts'

const certificate = fileURLToPath(new URL('../tls/localhost.pem', import.meta.url))

/** A script that does what a reader of a page does: its commands, on free ports, each server with a terminal of its own. */
export async function pageScript(page: string, setting: PageSetting, port: number): Promise<string> {
  const blocks = shownCommands(page)
  const parts = [setting.start ?? '']
  for (const [index, block] of blocks.entries()) parts.push(setting.before?.[index] ?? '', block)
  const tls = setting.files?.()['keyturn.toml']?.includes('[tls]') === true
  const endpoint = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
  const server = { endpoint, account: tls ? '111111111111' : '000000000000' }
  const scripts = await Promise.all(parts.map((part) => onePart(part, server)))
  return scripts.join('\n')
}

interface PageServer {
  readonly endpoint: string
  readonly account: string
}

async function onePart(text: string, { endpoint, account }: PageServer): Promise<string> {
  const [values, metadata] = [await freePort(), await freePort()]
  return text
    .replaceAll(/\\\n\s*/g, '')
    .replaceAll(/http:\/\/127\.0\.0\.1:8200|https:\/\/keyturn\.example\.com:8200/g, endpoint)
    .replaceAll('127.0.0.1:2773', `127.0.0.1:${values}`)
    .replaceAll('2774', String(metadata))
    .replaceAll('111111111111', account)
    .replaceAll('/etc/keyturn/ca.crt', certificate)
    .split('\n')
    .map((line) => oneLine(line, endpoint, values))
    .join('\n')
}

/** A reader starts a server in a terminal of its own, waits until it is ready, and copies what it prints. */
function oneLine(line: string, endpoint: string, values: number): string {
  const command = line.replace(/\s+(?:#.*|&)$/, '')
  if (command === 'keyturn dev')
    return started(`${command} --port ${new URL(endpoint).port}`, `${endpoint}/_keyturn/health`)
  if (command.startsWith('keyturn init ')) return `${command} | tee init.txt\neval "$(grep 'export AWS_' init.txt)"`
  if (command.startsWith('keyturn server ')) return started(command, `${endpoint}/_keyturn/health`)
  if (command.startsWith('keyturn agent ')) {
    return started(`${command} --listen 127.0.0.1:${values}`, `http://127.0.0.1:${values}/ping`)
  }
  if (command.endsWith(' --follow')) {
    return `${command} >followed &\nuntil grep -m 1 eventName followed; do sleep 0.1; done\nkill $!`
  }
  return line
}

function started(command: string, url: string): string {
  return `${command} &\nuntil curl -sfk ${url}; do kill -0 $!; sleep 0.1; done`
}
