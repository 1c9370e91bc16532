import type { LambdaOperations } from '../models/lambda.ts'
import { operationsOf } from '../operation.ts'

/** Declares an operation of Lambda. */
export const operation = operationsOf<LambdaOperations>('lambda')

/** What roles and policies call this service. */
export const serviceName = 'lambda.amazonaws.com'
