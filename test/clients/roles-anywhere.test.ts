import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { mint, pair, pem } from '../../src/x509/minting.test-support.ts'
import { boto3 } from './installed.ts'
import { keyturn, startDevProcess, temporaryFolder } from './server-process.ts'

const run = promisify(execFile)
const role = 'arn:aws:iam::000000000000:role/server'
test.skipIf(!boto3).each(['rsa', 'ec'] as const)(
  `a server with a certificate (%s key) gets credentials${boto3 ? '' : ' (left out: python3 has no boto3 of 1.28 or newer)'}`,
  async (kind) => {
    using folder = temporaryFolder()
    const server = await startDevProcess()
    const file = (name: string, text: string) => {
      const path = join(folder.path, name)
      writeFileSync(path, text)
      return path
    }
    try {
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
      const settings = { endpoint: server.endpoint, region: 'us-east-1' }
      const AssumeRolePolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'rolesanywhere.amazonaws.com' },
          Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
        },
      })
      await new IAMClient({ ...settings, credentials }).send(
        new CreateRoleCommand({ RoleName: 'server', AssumeRolePolicyDocument }),
      )
      const { authority, middle, host, key } = certificates(kind)
      const env = {
        PATH: process.env['PATH'],
        AWS_ENDPOINT_URL: server.endpoint,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      }
      const script = fileURLToPath(new URL('./roles_anywhere.py', import.meta.url))
      const { stdout } = await run('python3', [script, file('authority.pem', authority), role], { env })
      const arns = JSON.parse(stdout) as { anchor: string; profile: string }
      const flags = ['--private-key', file('host.key', key), '--trust-anchor', arns.anchor, '--profile', arns.profile]
      const ask = (certificate: string) =>
        keyturn(['agent', 'credentials', '--role', role, '--certificate', certificate, ...flags], {
          KEYTURN_ENDPOINT: server.endpoint,
        })
      const printed = JSON.parse((await ask(file('host.pem', host + middle))).stdout) as Record<string, string>
      const session = {
        accessKeyId: printed['AccessKeyId'] as string,
        secretAccessKey: printed['SecretAccessKey'] as string,
        sessionToken: printed['SessionToken'] as string,
      }
      const identity = await new STSClient({ ...settings, credentials: session }).send(new GetCallerIdentityCommand({}))
      expect(identity.Arn).toBe('arn:aws:sts::000000000000:assumed-role/server/0abc')
      expect(await ask(file('alone.pem', host))).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('Untrusted certificate') as string,
      })
    } finally {
      await server.end()
    }
  },
)

/** An authority, one below it, and a host's certificate with its key. */
function certificates(kind: 'rsa' | 'ec') {
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 }
  const [rootKey, middleKey, hostKey] = [pair('rsa'), pair('ec'), pair(kind)]
  const root = { CN: 'root' }
  const middle = { CN: 'middle' }
  const authority = mint({ subject: root, issuer: root, key: rootKey, signer: rootKey, authority: true, ...validity })
  const below = mint({ subject: middle, issuer: root, key: middleKey, signer: rootKey, authority: true, ...validity })
  const names = { subject: { CN: 'host-1' }, issuer: middle, serial: 'abc' }
  const host = mint({ ...names, key: hostKey, signer: middleKey, ...validity })
  const key = hostKey.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { authority: pem(authority), middle: pem(below), host: pem(host), key }
}
