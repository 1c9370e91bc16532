import { readFileSync } from 'node:fs'
import { type CompactModel, linkModel } from '../protocols/model.ts'
import { serviceOf } from '../service.ts'
import { createAccount } from './create-account.ts'
import { explainAccess } from './explain-access.ts'
import { getRotationStatus } from './get-rotation-status.ts'
import { getServerStatus } from './get-server-status.ts'
import { listAccounts } from './list-accounts.ts'
import { rotateBarrierKey } from './rotate-barrier-key.ts'
import type { KeyturnOperations } from './shapes.ts'

const model = JSON.parse(readFileSync(new URL('./model.json', import.meta.url), 'utf8')) as CompactModel

/** The operations of the server itself, signed, authorised and audited like those of AWS. */
export const keyturn = serviceOf<KeyturnOperations>()({
  name: 'keyturn',
  model: linkModel(model),
  authorization: {
    actions: {
      CreateAccount: { access: 'Write' },
      ListAccounts: { access: 'List' },
      ExplainAccess: { access: 'Read' },
      GetRotationStatus: { access: 'Read' },
      GetServerStatus: { access: 'Read' },
      RotateBarrierKey: { access: 'Write' },
    },
  },
  serves: {
    CreateAccount: createAccount,
    ListAccounts: listAccounts,
    ExplainAccess: explainAccess,
    GetRotationStatus: getRotationStatus,
    GetServerStatus: getServerStatus,
    RotateBarrierKey: rotateBarrierKey,
  },
  unserved: [],
})
