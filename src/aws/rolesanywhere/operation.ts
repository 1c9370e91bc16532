import { operationsOf } from '../operation.ts'
import type { AllOperations } from './session-shapes.ts'

export const operation = operationsOf<AllOperations>('rolesanywhere')
