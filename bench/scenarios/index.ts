import { decrypt, decryptOld, encrypt, signatures } from './keys.ts'
import { getParameter, getParametersByPath } from './parameters.ts'
import type { Scenario } from './scenario.ts'
import { batchGetSecretValue, createSecret, getSecretValue, listSecrets, putSecretValue } from './secrets.ts'
import { assumeRole, firstUseOfSession } from './sessions.ts'

/** Reads first: what writes leave behind must not make them slower. */
export const scenarios: readonly Scenario[] = [
  getSecretValue,
  batchGetSecretValue,
  listSecrets,
  getParameter,
  getParametersByPath,
  encrypt,
  decrypt,
  decryptOld,
  ...signatures,
  assumeRole,
  firstUseOfSession,
  putSecretValue,
  createSecret,
]
