import { ownKey } from './find-key.ts'
import { rotateImported } from './imported.ts'
import { arnOf } from './key.ts'
import { tooManyRotations } from './messages.ts'
import { operation } from './operation.ts'
import { checkRotatable, mostOnDemandRotations, rotate } from './rotation.ts'

/** Renews a key's material now: with one made here, or with the one that was imported for it. */
export const rotateKeyOnDemand = operation('RotateKeyOnDemand', {
  on: ownKey,
  async handle(_input, record, { tx, platform }) {
    checkRotatable(record, 'AWS_KMS', 'EXTERNAL')
    if ((record.onDemandRotations ?? 0) >= mostOnDemandRotations) throw tooManyRotations(arnOf(record))
    const now = platform.clock.now()
    if (record.origin === 'EXTERNAL') await rotateImported(tx, record, now)
    else await rotate(tx, record, 'ON_DEMAND', now)
    return { KeyId: arnOf(record) }
  },
})
