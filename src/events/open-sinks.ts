import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { fileSink } from './file-sink.ts'
import type { NamedSink, Sink } from './sink.ts'
import { streamSink } from './stream-sink.ts'
import { webhookKey, webhookSink } from './webhook.ts'

/** A sink as the configuration writes it. */
export type SinkSettings = CommonSettings & (WebhookSettings | FileSettings | { readonly kind: 'stdout' })

interface CommonSettings {
  readonly name: string
  readonly backlog: number
  readonly sources?: readonly string[] | undefined
  readonly detailTypes?: readonly string[] | undefined
}

interface WebhookSettings {
  readonly kind: 'webhook'
  readonly url: string
  /** Where the signing secret is: a variable of the environment, a systemd credential, or a file. Exactly one. */
  readonly secretEnvironment?: string | undefined
  readonly secretCredential?: string | undefined
  readonly secretPath?: string | undefined
  /** A file of certificate authorities in PEM. */
  readonly ca?: string | undefined
  readonly timeoutSeconds: number
}

interface FileSettings {
  readonly kind: 'file'
  readonly path: string
}

/** A sink cannot be opened as configured; the message says what to change. */
export class SinkRefused extends Error {
  override readonly name = 'SinkRefused'
}

export interface Surroundings {
  readonly clock: Clock
  readonly environment: NodeJS.ProcessEnv
  readonly stdout: Writable
}

/** Opens the sinks of the configuration, or refuses the first that cannot be. */
export function openSinks(settings: readonly SinkSettings[], surroundings: Surroundings): readonly NamedSink[] {
  const names = new Set<string>()
  return settings.map((setting) => {
    const { name, backlog, sources, detailTypes } = setting
    if (names.has(name)) throw new SinkRefused(`Two event sinks are called «${name}».`)
    names.add(name)
    return { name, backlog, filter: { sources, detailTypes }, sink: openSink(setting, surroundings) }
  })
}

function openSink(setting: SinkSettings, surroundings: Surroundings): Sink {
  if (setting.kind === 'file') return fileSink(setting.path)
  if (setting.kind === 'stdout') return streamSink(surroundings.stdout)
  const { url, ca, timeoutSeconds } = setting
  const key = webhookKey(readSecret(setting, surroundings.environment))
  if (!key) throw new SinkRefused(`The secret of the event sink «${setting.name}» must have at least 24 bytes.`)
  return webhookSink(
    {
      url: checkUrl(url, setting.name),
      ca: ca === undefined ? undefined : readText(ca, setting.name),
      timeoutMilliseconds: timeoutSeconds * 1000,
      now: () => surroundings.clock.real(),
    },
    key,
  )
}

const loopback = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/

function checkUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname))
  if (!url || !safe || url.username !== '' || url.password !== '') {
    throw new SinkRefused(
      `The event sink «${name}» needs an https URL without user and password (http only to a loopback address).`,
    )
  }
  return url
}

function readSecret(setting: CommonSettings & WebhookSettings, environment: NodeJS.ProcessEnv): Secret<string> {
  const { name, secretEnvironment, secretCredential, secretPath } = setting
  const given = [secretEnvironment, secretCredential, secretPath].filter((place) => place !== undefined)
  if (given.length !== 1) {
    throw new SinkRefused(
      `The event sink «${name}» needs one of secretEnvironment, secretCredential and secretPath, which say where its signing secret is.`,
    )
  }
  if (secretPath !== undefined) return new Secret(readText(secretPath, name))
  if (secretEnvironment !== undefined) return new Secret(environment[secretEnvironment] ?? '')
  const folder = environment['CREDENTIALS_DIRECTORY']
  if (!folder) {
    throw new SinkRefused(
      `The event sink «${name}» names the systemd credential «${secretCredential}», but this process was not given credentials.`,
    )
  }
  return new Secret(readText(join(folder, secretCredential as string), name))
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SinkRefused(
      `The event sink «${name}» needs the file ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    )
  }
}
