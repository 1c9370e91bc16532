import type { KmsOperations } from '../models/kms.ts'
import { operationsOf } from '../operation.ts'

/** Declares an operation of KMS. */
export const operation = operationsOf<KmsOperations>('kms')
