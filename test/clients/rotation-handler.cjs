// A rotation function for PostgreSQL and MariaDB, written for the published four-step contract (single user).
const { Client } = require('pg')
const { createConnection } = require('mysql2/promise')
const { SecretsManager } = require('@aws-sdk/client-secrets-manager')

const client = new SecretsManager({})

async function read(SecretId, more) {
  const { SecretString } = await client.getSecretValue({ SecretId, ...more })
  return JSON.parse(SecretString)
}

async function run({ engine, host, port, username: user, password }, statement) {
  const place = { host, port, user, password }
  const connection =
    engine === 'postgres' ? new Client({ ...place, database: 'postgres' }) : await createConnection(place)
  if (engine === 'postgres') await connection.connect()
  try {
    await connection.query(statement)
  } finally {
    await connection.end()
  }
}

const works = (secret) =>
  run(secret, 'SELECT 1').then(
    () => true,
    () => false,
  )

const change = {
  postgres: ({ username, password }) => `ALTER USER ${username} PASSWORD '${password}'`,
  mariadb: ({ password }) => `SET PASSWORD = PASSWORD('${password}')`,
}

const steps = {
  async createSecret(SecretId, token) {
    const current = await read(SecretId, { VersionStage: 'AWSCURRENT' })
    try {
      await read(SecretId, { VersionId: token, VersionStage: 'AWSPENDING' })
    } catch (error) {
      if (error.name !== 'ResourceNotFoundException') throw error
      const { RandomPassword } = await client.getRandomPassword({ ExcludePunctuation: true })
      const SecretString = JSON.stringify({ ...current, password: RandomPassword })
      await client.putSecretValue({ SecretId, ClientRequestToken: token, SecretString, VersionStages: ['AWSPENDING'] })
    }
  },
  async setSecret(SecretId, token) {
    const pending = await read(SecretId, { VersionId: token, VersionStage: 'AWSPENDING' })
    if (await works(pending)) return
    await run(await read(SecretId, { VersionStage: 'AWSCURRENT' }), change[pending.engine](pending))
  },
  async testSecret(SecretId, token) {
    await run(await read(SecretId, { VersionId: token, VersionStage: 'AWSPENDING' }), 'SELECT 1')
  },
  async finishSecret(SecretId, token, versions) {
    const now = Object.keys(versions).find((id) => versions[id].includes('AWSCURRENT'))
    const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: now }
    await client.updateSecretVersionStage({ SecretId, ...move })
  },
}

exports.handler = async ({ Step, SecretId, ClientRequestToken: token }) => {
  const { RotationEnabled, VersionIdsToStages: versions } = await client.describeSecret({ SecretId })
  if (!RotationEnabled) throw new Error(`Secret ${SecretId} is not enabled for rotation`)
  if (!versions[token]) throw new Error(`Secret version ${token} has no stage for rotation of secret ${SecretId}.`)
  if (versions[token].includes('AWSCURRENT')) return
  if (!versions[token].includes('AWSPENDING')) throw new Error(`Secret version ${token} not set as AWSPENDING`)
  await steps[Step](SecretId, token, versions)
}
