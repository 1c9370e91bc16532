import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { webhookKey } from '../events/webhook.ts'
import { compileWildcards, matchesPattern } from '../iam/wildcard.ts'
import { lambdaEndpoint } from './lambda-endpoint.ts'
import { openRotators } from './open-rotators.ts'
import type { RemoteRotator, Rotators } from './rotator.ts'
import { webhookRotator } from './webhook.ts'

/** `[rotation]` of the configuration. */
export interface RotationSettings {
  /** A file of certificate authorities in PEM, for databases whose secret names none. */
  readonly ca?: string | undefined
  /** The only hosts that built-in rotators connect to, with stars; any where absent. */
  readonly hosts?: readonly string[] | undefined
  readonly connectSeconds: number
  readonly statementSeconds: number
  readonly webhook: readonly WebhookSettings[]
  readonly lambda: readonly LambdaSettings[]
}

export interface WebhookSettings {
  readonly name: string
  /** Whose secrets may name it; a star is for all. */
  readonly accounts: readonly string[]
  readonly url: string
  /** Where the signing secret is: a variable of the environment, a systemd credential, or a file. Exactly one. */
  readonly secretEnvironment?: string | undefined
  readonly secretCredential?: string | undefined
  readonly secretPath?: string | undefined
  readonly ca?: string | undefined
  readonly timeoutSeconds: number
}

export interface LambdaSettings {
  /** Whose secrets may name its functions; a star is for all. */
  readonly accounts: readonly string[]
  /** ARNs with stars; the first row that fits one is taken. */
  readonly functions: readonly string[]
  readonly endpoint?: string | undefined
  readonly accessKeyIdEnvironment: string
  readonly secretAccessKeyEnvironment: string
  readonly sessionTokenEnvironment?: string | undefined
  readonly ca?: string | undefined
  readonly timeoutSeconds: number
}

/** A rotator cannot be opened as configured; the message says what to change. */
export class RotatorRefused extends Error {
  override readonly name = 'RotatorRefused'
}

export interface Surroundings {
  readonly clock: Clock
  readonly environment: NodeJS.ProcessEnv
}

/** The rotators of a server, or the refusal of the first setting that cannot be. */
export function configuredRotators(settings: RotationSettings, surroundings: Surroundings): Rotators {
  const webhooks = new Map<string, { accounts: readonly string[]; rotator: RemoteRotator }>()
  for (const setting of settings.webhook) {
    const { name, accounts } = setting
    if (webhooks.has(name)) throw new RotatorRefused(`Two rotation webhooks are called «${name}».`)
    webhooks.set(name, { accounts, rotator: openWebhook(setting, surroundings) })
  }
  const forwards = settings.lambda.map((setting) => openForward(setting, surroundings))
  return openRotators({
    database: {
      ca: settings.ca === undefined ? undefined : readText(settings.ca, '[rotation]'),
      connectMilliseconds: settings.connectSeconds * 1000,
      statementMilliseconds: settings.statementSeconds * 1000,
      mayReach: hostCheck(settings.hosts),
    },
    webhook(name, account) {
      const found = webhooks.get(name)
      return found && isFor(found, account) ? found.rotator : undefined
    },
    forward(functionArn, account) {
      for (const forward of forwards) {
        const rotator = forward(functionArn, account)
        if (rotator) return rotator
      }
      return undefined
    },
  })
}

function isFor({ accounts }: { readonly accounts: readonly string[] }, account: string): boolean {
  return accounts.includes('*') || accounts.includes(account)
}

function hostCheck(hosts: readonly string[] | undefined): ((host: string) => boolean) | undefined {
  const patterns = hosts?.map((text) => compileWildcards(text.toLowerCase()))
  return patterns && ((host) => patterns.some((pattern) => matchesPattern(pattern, host.toLowerCase())))
}

function openWebhook(setting: WebhookSettings, { clock, environment }: Surroundings): RemoteRotator {
  const what = `The rotation webhook «${setting.name}»`
  const key = webhookKey(readSecret(setting, what, environment))
  if (!key) throw new RotatorRefused(`${what} needs a secret of at least 24 bytes.`)
  return webhookRotator({
    url: checkUrl(setting.url, what),
    key,
    ca: setting.ca === undefined ? undefined : readText(setting.ca, what),
    timeoutMilliseconds: setting.timeoutSeconds * 1000,
    now: () => clock.real(),
  })
}

function readSecret(setting: WebhookSettings, what: string, environment: NodeJS.ProcessEnv): Secret<string> {
  const { secretEnvironment, secretCredential, secretPath } = setting
  const given = [secretEnvironment, secretCredential, secretPath].filter((place) => place !== undefined)
  if (given.length !== 1) {
    throw new RotatorRefused(
      `${what} needs one of secretEnvironment, secretCredential and secretPath, which say where its signing secret is.`,
    )
  }
  if (secretEnvironment !== undefined) return new Secret(environment[secretEnvironment] ?? '')
  if (secretPath !== undefined) return new Secret(readText(secretPath, what))
  const folder = environment['CREDENTIALS_DIRECTORY']
  if (!folder) throw new RotatorRefused(`${what} names a systemd credential, but this process was not given any.`)
  return new Secret(readText(join(folder, secretCredential as string), what))
}

function openForward(setting: LambdaSettings, { clock, environment }: Surroundings) {
  const what = `The row of [[rotation.lambda]] for ${setting.functions.join(', ')}`
  const patterns = setting.functions.map((text) => {
    if (!text.startsWith('arn:')) throw new RotatorRefused(`${what} needs ARNs; stars may stand in them.`)
    return compileWildcards(text)
  })
  const endpoint = setting.endpoint === undefined ? undefined : checkUrl(setting.endpoint, what)
  const ca = setting.ca === undefined ? undefined : readText(setting.ca, what)
  const variable = (name: string | undefined) => (name === undefined ? undefined : environment[name] || undefined)
  const credentials = () => {
    const id = variable(setting.accessKeyIdEnvironment)
    const secret = variable(setting.secretAccessKeyEnvironment)
    const token = variable(setting.sessionTokenEnvironment)
    if (id === undefined || secret === undefined) return undefined
    return {
      accessKeyId: id,
      secretAccessKey: new Secret(secret),
      ...(token !== undefined && { sessionToken: new Secret(token) }),
    }
  }
  const timeoutMilliseconds = setting.timeoutSeconds * 1000
  return (functionArn: string, account: string): RemoteRotator | undefined =>
    isFor(setting, account) && patterns.some((pattern) => matchesPattern(pattern, functionArn))
      ? lambdaEndpoint(functionArn, { endpoint, ca, credentials, timeoutMilliseconds, now: () => clock.real() })
      : undefined
}

const loopback = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/

function checkUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname))
  if (!url || !safe || url.username !== '' || url.password !== '') {
    throw new RotatorRefused(`${what} needs an https URL without user and password (http only to a loopback address).`)
  }
  return url
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new RotatorRefused(
      `${what} needs the file ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    )
  }
}
