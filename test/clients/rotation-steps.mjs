// A rotation function that needs nothing but Node: the four steps that Secrets Manager asks of one, with a new random value.
// It never reads the new version, and takes AWSPENDING off at the end.
import { createHash, createHmac, randomBytes } from 'node:crypto'

const {
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: id,
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_SESSION_TOKEN: token,
} = process.env
const endpoint = new URL(process.env.SECRETS_MANAGER_ENDPOINT)
const hmac = (key, text) => createHmac('sha256', key).update(text).digest()
const sha256 = (text) => createHash('sha256').update(text).digest('hex')

async function call(operation, input) {
  const body = JSON.stringify(input)
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host: endpoint.host,
    'x-amz-date': date,
    'x-amz-security-token': token,
    'x-amz-target': `secretsmanager.${operation}`,
  }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const scope = `${date.slice(0, 8)}/${region}/secretsmanager/aws4_request`
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${sha256(body)}`
  const key = scope.split('/').reduce(hmac, `AWS4${secret}`)
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  const answer = await fetch(endpoint, { method: 'POST', headers: { ...headers, authorization }, body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return JSON.parse(text)
}

export async function handler({ Step, SecretId, ClientRequestToken }) {
  if (Step === 'createSecret') {
    await call('GetSecretValue', { SecretId })
    const SecretString = randomBytes(16).toString('hex')
    await call('PutSecretValue', { SecretId, ClientRequestToken, SecretString, VersionStages: ['AWSPENDING'] })
  }
  if (Step === 'finishSecret') {
    const { VersionIdsToStages } = await call('DescribeSecret', { SecretId })
    const [current] = Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes('AWSCURRENT'))
    const move = { MoveToVersionId: ClientRequestToken, RemoveFromVersionId: current }
    await call('UpdateSecretVersionStage', { SecretId, VersionStage: 'AWSCURRENT', ...move })
    await call('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: ClientRequestToken,
    })
  }
}
