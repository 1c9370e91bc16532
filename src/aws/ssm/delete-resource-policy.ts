import { operation } from './operation.ts'
import { listShares, readShare, sharedParameter } from './shares.ts'
import { writeParameter } from './write-parameter.ts'

/** Ends the sharing of a parameter under one policy. */
export const deleteResourcePolicy = operation('DeleteResourcePolicy', {
  on: sharedParameter,
  async handle(input, found, { tx }) {
    const { id } = readShare(found.shares, input.PolicyId, input.PolicyHash)
    const after = { ...found, shares: found.shares.filter((share) => share.id !== id) }
    writeParameter(tx, after)
    listShares(tx, found, after)
    return {}
  },
})
