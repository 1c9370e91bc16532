import { uuid } from '../../base/ids.ts'
import type { PutResourcePolicyRequest } from '../models/ssm.ts'
import { notSharable, shareIdIncomplete, tooManyShares } from './messages.ts'
import { operation } from './operation.ts'
import type { ParameterRecord, ShareRecord } from './records.ts'
import { checkShare, hashOf, listShares, readShare, sharedParameter } from './shares.ts'
import { writeParameter } from './write-parameter.ts'

const mostShares = 10

/** Shares a parameter of the advanced tier with other accounts, by a policy more or by one in place of another. */
export const putResourcePolicy = operation('PutResourcePolicy', {
  on: sharedParameter,
  async handle(input, found, { tx }) {
    if (found.current.tier !== 'Advanced') throw notSharable()
    checkShare(input.Policy)
    const replaced = findReplaced(input, found)
    if (!replaced && found.shares.length >= mostShares) throw tooManyShares(mostShares)
    const share: ShareRecord = { id: replaced?.id ?? uuid(), hash: hashOf(input.Policy), document: input.Policy }
    const shares = replaced
      ? found.shares.map((other) => (other.id === share.id ? share : other))
      : [...found.shares, share]
    const after = { ...found, shares }
    writeParameter(tx, after)
    listShares(tx, found, after)
    return { PolicyId: share.id, PolicyHash: share.hash }
  },
})

function findReplaced(input: PutResourcePolicyRequest, { shares }: ParameterRecord): ShareRecord | undefined {
  const { PolicyId: id, PolicyHash: hash } = input
  if ((id === undefined) !== (hash === undefined)) throw shareIdIncomplete()
  if (id === undefined || hash === undefined) return undefined
  return readShare(shares, id, hash)
}
