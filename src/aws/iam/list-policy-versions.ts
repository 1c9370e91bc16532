import { operation } from './operation.ts'
import { page } from './page.ts'
import { policyOf } from './policy.ts'
import { wireVersion } from './policy-version.ts'
import type { PolicyVersionRecord } from './records.ts'

/** Lists the versions of a managed policy, the newest first. */
export const listPolicyVersions = operation('ListPolicyVersions', {
  on: policyOf,
  async handle(input, policy) {
    const { items, end } = await page(input, ['ListPolicyVersions', policy.arn], {
      key: ({ id }: PolicyVersionRecord) => id,
      after(last, limit) {
        const number = (id: string) => Number(id.slice(1))
        return policy.versions.filter(({ id }) => last === undefined || number(id) < number(last)).slice(0, limit)
      },
    })
    return { Versions: items.map((version) => wireVersion(policy, version)), ...end }
  },
})
