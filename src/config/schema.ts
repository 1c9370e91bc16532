import * as v from 'valibot'
import { awsQuotas } from '../aws/quotas.ts'

const text = v.pipe(v.string(), v.minLength(1, 'a text that is not empty'))
const wholeNumber = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer(),
    v.minValue(least),
    v.maxValue(most),
    v.description(`a whole number from ${least} to ${most}`),
  )
const choice = <const T extends readonly string[]>(...choices: T) => v.picklist(choices)

const account = v.pipe(v.string(), v.regex(/^\d{12}$/, 'an account number of 12 digits'))
const region = v.pipe(v.string(), v.regex(/^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/, 'a region name such as us-east-1'))

/** A member for each published quota, so that a new quota is configurable without another line here. */
const quotaMembers = Object.fromEntries(
  Object.entries(awsQuotas).map(([name, value]) => [name, v.optional(wholeNumber(1, 1_000_000_000), value)]),
) as { [K in keyof typeof awsQuotas]: v.OptionalSchema<ReturnType<typeof wholeNumber>, number> }

const names = v.optional(v.pipe(v.array(text), v.minLength(1, 'a list that is not empty')))

/** Where change events go: what every kind of sink has. */
const sinkMembers = {
  /** The backlog is kept by it, so it stays when other settings change. */
  name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of a-z, 0-9 and hyphens')),
  /** How many undelivered events are kept; beyond, the oldest go and the sink is told how many. */
  backlog: v.optional(wholeNumber(1, 1_000_000), 10_000),
  sources: names,
  detailTypes: names,
}

const eventSink = v.variant('kind', [
  v.strictObject({
    kind: v.literal('webhook'),
    ...sinkMembers,
    url: text,
    secretEnvironment: v.optional(text),
    secretCredential: v.optional(text),
    secretPath: v.optional(text),
    ca: v.optional(text),
    timeoutSeconds: v.optional(wholeNumber(1, 60), 10),
  }),
  v.strictObject({ kind: v.literal('file'), ...sinkMembers, path: text }),
  v.strictObject({ kind: v.literal('stdout'), ...sinkMembers }),
])

/** Policies of the accounts' organisation that are attached at a level: names of files, or documents. */
const policies = v.optional(v.pipe(v.array(text), v.maxLength(100, 'a list of at most 100 policies')))

const organization = v.strictObject({
  id: v.optional(v.pipe(v.string(), v.regex(/^o-[a-z0-9]{10,32}$/, 'an organisation id such as o-a1b2c3d4e5'))),
  root: v.optional(v.pipe(v.string(), v.regex(/^r-[a-z0-9]{4,32}$/, 'a root id such as r-a1b2')), 'r-root'),
  serviceControl: policies,
  resourceControl: policies,
  unit: v.optional(
    v.array(
      v.strictObject({
        id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][\w-]{0,127}$/, 'an id such as ou-a1b2-production')),
        parent: v.optional(text),
        serviceControl: policies,
        resourceControl: policies,
      }),
    ),
    [],
  ),
  account: v.optional(
    v.array(
      v.strictObject({ id: account, unit: v.optional(text), serviceControl: policies, resourceControl: policies }),
    ),
    [],
  ),
})

/** Whose secrets may name it: account numbers, or a star. What is signed or called here is the operator's, not the accounts'. */
const rotationAccounts = v.pipe(v.array(v.union([account, v.literal('*')])), v.minLength(1, 'a list that is not empty'))

/** An endpoint that does the steps of rotations, named `keyturn:webhook/NAME` by secrets. */
const rotationWebhook = v.strictObject({
  name: sinkMembers.name,
  accounts: rotationAccounts,
  url: text,
  secretEnvironment: v.optional(text),
  secretCredential: v.optional(text),
  secretPath: v.optional(text),
  ca: v.optional(text),
  timeoutSeconds: v.optional(wholeNumber(1, 900), 60),
})

/** Functions that are invoked elsewhere, at AWS or what keeps to its API. */
const rotationLambda = v.strictObject({
  accounts: rotationAccounts,
  functions: v.pipe(v.array(text), v.minLength(1, 'a list that is not empty')),
  endpoint: v.optional(text),
  accessKeyIdEnvironment: v.optional(text, 'KEYTURN_LAMBDA_ACCESS_KEY_ID'),
  secretAccessKeyEnvironment: v.optional(text, 'KEYTURN_LAMBDA_SECRET_ACCESS_KEY'),
  sessionTokenEnvironment: v.optional(text),
  ca: v.optional(text),
  timeoutSeconds: v.optional(wholeNumber(1, 900), 900),
})

/** The whole configuration, with its defaults. Unknown keys are errors: a misspelt limit must not pass for the default. */
export const configSchema = v.strictObject({
  account: v.optional(account, '000000000000'),
  region: v.optional(region, 'us-east-1'),
  /** Names this machine's audit chain; must differ between machines that share a store. */
  node: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of a-z, 0-9 and hyphens')),
    'node-1',
  ),
  workers: v.optional(wholeNumber(1, 256), 1),
  /** The URL that others reach this server by: the beginning of what it issues tokens as. */
  publicUrl: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*[^\s/?#])?$/,
        'a URL without a slash at its end, such as https://keys.example.com',
      ),
    ),
  ),
  listen: v.optional(
    v.strictObject({
      address: v.optional(text, '127.0.0.1'),
      port: v.optional(wholeNumber(0, 65_535), 8200),
    }),
    {},
  ),
  tls: v.optional(
    v.strictObject({
      cert: text,
      key: text,
      minVersion: v.optional(choice('TLSv1.2', 'TLSv1.3'), 'TLSv1.2'),
    }),
  ),
  store: v.optional(
    v.variant('kind', [
      v.strictObject({ kind: v.optional(v.literal('sqlite'), 'sqlite'), folder: v.optional(text, './data') }),
      v.strictObject({ kind: v.literal('postgres'), url: text, connections: v.optional(wholeNumber(1, 1000), 10) }),
    ]),
    { kind: 'sqlite' },
  ),
  seal: v.optional(
    v.variant('kind', [
      v.pipe(
        v.strictObject({
          kind: v.optional(v.literal('keyfile'), 'keyfile'),
          path: v.optional(text),
          environment: v.optional(text),
          credential: v.optional(text),
        }),
        v.check(
          ({ path, environment, credential }) => [path, environment, credential].filter(Boolean).length <= 1,
          'must have only one of path, environment and credential',
        ),
      ),
    ]),
    { kind: 'keyfile' },
  ),
  audit: v.optional(
    v.strictObject({
      folder: v.optional(text),
      /** Wait for the disk before every answer, reads included. */
      sync: v.optional(v.boolean(), false),
    }),
    {},
  ),
  events: v.optional(v.strictObject({ sink: v.optional(v.array(eventSink), []) }), {}),
  rotation: v.optional(
    v.strictObject({
      ca: v.optional(text),
      hosts: v.optional(v.pipe(v.array(text), v.minLength(1, 'a list that is not empty'))),
      connectSeconds: v.optional(wholeNumber(1, 60), 5),
      statementSeconds: v.optional(wholeNumber(1, 300), 15),
      webhook: v.optional(v.array(rotationWebhook), []),
      lambda: v.optional(v.array(rotationLambda), []),
    }),
    {},
  ),
  functions: v.optional(
    v.strictObject({
      enabled: v.optional(v.boolean(), true),
      /** Where functions reach this server, when that is not its own address. */
      endpoint: v.optional(text),
      folder: v.optional(text),
      logFolder: v.optional(text),
      nodePath: v.optional(text),
      path: v.optional(text, '/usr/local/bin:/usr/bin:/bin'),
      atOnce: v.optional(wholeNumber(1, 1000), 16),
      idleSeconds: v.optional(wholeNumber(1, 3600), 300),
      bubblewrap: v.optional(choice('auto', 'off'), 'auto'),
      /** Runs functions even where they could read what the server's own user can. */
      unconfined: v.optional(v.boolean(), false),
      /** User ids for functions, where the server runs as root. */
      firstUid: v.optional(wholeNumber(1, 2_147_483_647), 60_600),
    }),
    {},
  ),
  limits: v.optional(
    v.strictObject({
      bodyBytes: v.optional(wholeNumber(1024, 256 * 1024 * 1024), 1024 * 1024),
      headerBytes: v.optional(wholeNumber(4096, 1024 * 1024), 64 * 1024),
      requestSeconds: v.optional(wholeNumber(1, 3600), 30),
      idleSeconds: v.optional(wholeNumber(1, 3600), 65),
      drainSeconds: v.optional(wholeNumber(1, 3600), 30),
      cacheBytes: v.optional(wholeNumber(1024 * 1024, 64 * 1024 ** 3), 96 * 1024 * 1024),
    }),
    {},
  ),
  /** Hardware tokens, by the ids of the CloudHSM clusters that KMS takes them for. */
  cloudhsm: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^cluster-[2-7a-zA-Z]{11,16}$/, 'a cluster id such as cluster-2a23b4cdefg')),
      v.strictObject({ module: text, token: text }),
    ),
    {},
  ),
  /** How proxies of external key stores are reached. */
  xks: v.optional(
    v.strictObject({
      ca: v.optional(text),
      timeoutMilliseconds: v.optional(wholeNumber(50, 10_000), 250),
      hosts: names,
    }),
    {},
  ),
  metrics: v.optional(choice('loopback', 'all', 'off'), 'loopback'),
  log: v.optional(v.strictObject({ level: v.optional(choice('debug', 'info', 'warn', 'error'), 'info') }), {}),
  quotas: v.optional(v.strictObject(quotaMembers), {}),
  organization: v.optional(organization),
})

export type Config = v.InferOutput<typeof configSchema>
