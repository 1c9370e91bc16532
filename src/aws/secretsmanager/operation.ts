import type { SecretsManagerOperations } from '../models/secretsmanager.ts'
import { operationsOf } from '../operation.ts'

export const operation = operationsOf<SecretsManagerOperations>('secretsmanager')

/** Under this name the service calls KMS for a caller. */
export const serviceSource = 'secretsmanager.amazonaws.com'
