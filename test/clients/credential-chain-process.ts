import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

/** Reads the secret `chain` with whatever credentials the SDK's own chain finds, and prints who read it and what it said. */
const identity = await new STSClient({}).send(new GetCallerIdentityCommand({}))
const value = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: 'chain' }))
process.stdout.write(JSON.stringify({ arn: identity.Arn, value: value.SecretString }))
