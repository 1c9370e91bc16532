import { operationsOf } from '../operation.ts'
import type { KeyturnOperations } from './shapes.ts'

export const operation = operationsOf<KeyturnOperations>('keyturn')
