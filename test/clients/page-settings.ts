import { zipOf } from '../../src/functions/functions.test-support.ts'
import { mint, pair, pem } from '../../src/x509/minting.test-support.ts'
import { readPage } from './shown-commands.ts'

/** What a page takes for granted about its reader's place, and what its commands say there. */
export interface PageSetting {
  /** How the server is started where the page itself does not: a block of commands before its first. */
  readonly start?: string
  /** Commands before a block of the page, by its number among those that are run. */
  readonly before?: Readonly<Record<number, string>>
  /** Files in the working folder. */
  readonly files?: () => Readonly<Record<string, string | Buffer>>
  /** Texts that the commands print. */
  readonly said?: readonly string[]
  /** Whether there is a PostgreSQL server, at `$PGHOST` and `$PGPORT`, with a user `app` whose password is `first`. */
  readonly postgres?: true
}

const dev = 'keyturn dev &'
const client = `export AWS_ENDPOINT_URL=http://127.0.0.1:8200 AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test`
const trust = (service: string, ...actions: readonly string[]) =>
  JSON.stringify({ Statement: { Effect: 'Allow', Principal: { Service: service }, Action: actions } })
const serverTrust = trust('rolesanywhere.amazonaws.com', 'sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity')

export const pageSettings: Readonly<Record<string, PageSetting>> = {
  'README.md': {
    files: () => ({ 'keyturn.toml': readmeConfiguration() }),
    said: ['export AWS_SECRET_ACCESS_KEY=', 'seal.key', 'Keyturn 0.1.0 at https://localhost:'],
  },
  'docs/operations.md': {
    files: () => ({ 'keyturn.toml': '[listen]\nport = 8200\n' }),
    before: { 1: 'export KEYTURN_ENDPOINT=http://127.0.0.1:8200' },
    said: ['staging', '"eventName":"CreateAccount"', '✓ data/audit/node-1-0'],
  },
  'docs/agent.md': {
    start: dev,
    before: {
      1: `${client}
aws iam create-role --role-name server --assume-role-policy-document '${serverTrust}'`,
    },
    files: machineCertificate,
    said: ['healthy', '"SecretString":"s3cret"', 'assumed-role/app/keyturn-agent'],
  },
  'docs/client-side-encryption.md': { start: dev, said: ['alice,4929', 'users.csv', 'exit code 1'] },
  'docs/explain.md': {
    start: dev,
    said: ['✗ Denied', 'exit code 1', 'wants 10.0.0.0/8', '✓ Allowed', 'Allow «FromOffice»'],
  },
  'docs/clients.md': {
    start: 'keyturn init --config keyturn.toml\nkeyturn server --config keyturn.toml',
    before: { 1: 'aws secretsmanager create-secret --name prod/db --secret-string s3cret' },
    files: () => ({ 'keyturn.toml': readmeConfiguration() }),
    said: ['\ns3cret\n', '"SecretList"', 'oidc-provider/token.actions.githubusercontent.com', '"RoleName": "deploy"'],
  },
  'docs/parameter-store.md': {
    files: () => ({
      '.env': 'API_KEY=k\n',
      'values.json': '{"db-password":"changed","mail":{"user":"m"}}',
      'server.js': 'console.log(`served with ${process.env.DB_PASSWORD} and ${process.env.USERNAME}`)',
    }),
    before: {
      4: `aws secretsmanager create-secret --name prod/db --secret-string '{"username":"app"}'`,
    },
    said: [
      'DB_PASSWORD=s3cret',
      '"Value": "s3cret"',
      '"Tier": "Advanced"',
      '/prod/app/API_KEY',
      'served with changed and app',
    ],
  },
  'docs/key-management.md': {
    files: () => ({ secret: 'small' }),
    said: ['"CiphertextBlob"'],
  },
  'docs/rotation.md': {
    start: `${dev}
${client}
aws secretsmanager create-secret --name prod/db --secret-string '{"engine":"postgres","host":"'$PGHOST'","port":'$PGPORT',
  "dbname":"postgres","username":"app","password":"first","ssl":false}'`,
    before: {
      1: `until keyturn rotation status prod/db | grep 'Last rotation .*succeeded'; do sleep 0.2; done
aws iam create-role --role-name rotate --assume-role-policy-document '${trust('lambda.amazonaws.com', 'sts:AssumeRole')}'
aws lambda create-function --function-name rotate --runtime nodejs24.x --handler index.handler --zip-file fileb://rotate.zip \\
  --role arn:aws:iam::000000000000:role/rotate`,
      2: `aws secretsmanager put-secret-value --secret-id prod/db --secret-string x --version-stages AWSPENDING
keyturn rotation status prod/db || echo "exit code $?"`,
    },
    files: () => ({ 'rotate.zip': zipOf([{ name: 'index.js', content: 'exports.handler = async () => {}' }]) }),
    said: ['Last rotation    succeeded', '"Sid\\":\\"rotation', 'a version is pending', 'exit code 1'],
    postgres: true,
  },
}

/** The small `keyturn.toml` of the README, for a server in this folder. */
function readmeConfiguration(): string {
  const [, shown = ''] = /```toml\n(account[^`]+)```/.exec(readPage('README.md')) ?? []
  return shown.replaceAll('/etc/keyturn/', '').replace('/var/lib/keyturn', 'data').replace('0.0.0.0', '127.0.0.1')
}

function machineCertificate(): Record<string, string> {
  const [authority, host] = [pair(), pair()]
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 }
  const issuer = { CN: 'authority' }
  return {
    'ca.pem': pem(mint({ subject: issuer, issuer, key: authority, signer: authority, authority: true, ...validity })),
    'host.pem': pem(mint({ subject: { CN: 'host-1' }, issuer, key: host, signer: authority, ...validity })),
    'host.key': host.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
