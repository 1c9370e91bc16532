import type { Finding } from '../operation.ts'
import { wholeFunction } from './find-function.ts'
import { operation } from './operation.ts'
import { functions } from './records.ts'
import { withTags } from './tags.ts'

/** Rule for operations that name a function by its ARN as a resource. */
export function taggedFunction({ Resource }: { readonly Resource: string }, finding: Finding) {
  return wholeFunction({ FunctionName: Resource }, finding)
}

/** Adds tags to a function. */
export const tagResource = operation('TagResource', {
  on: taggedFunction,
  async handle({ Tags }, { fn }, { tx }) {
    functions.put(tx, { ...fn, tags: withTags(fn.tags, Tags) }, fn.account, fn.region, fn.name)
    return {}
  },
})
