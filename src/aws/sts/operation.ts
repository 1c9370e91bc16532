import type { StsOperations } from '../models/sts.ts'
import { operationsOf } from '../operation.ts'

/** Declares an operation of STS. */
export const operation = operationsOf<StsOperations>('sts')
