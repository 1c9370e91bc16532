import { assert } from '../../base/assert.ts'
import { operation } from './operation.ts'
import { serverResource } from './server-resource.ts'

/** Begins a new term of the key that encrypts the store. What was stored under older terms stays readable. */
export const rotateBarrierKey = operation('RotateBarrierKey', {
  on: serverResource,
  async handle(_input, _record, { platform }) {
    assert(platform.barrier, 'a server has a barrier')
    return { BarrierTerm: await platform.barrier.rotate() }
  },
})
