import type { SsmOperations } from '../models/ssm.ts'
import { operationsOf } from '../operation.ts'

export const operation = operationsOf<SsmOperations>('ssm')

/** Under this name the service calls KMS and Secrets Manager for a caller. */
export const viaSsm = { via: 'ssm.amazonaws.com' } as const
