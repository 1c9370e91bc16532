import { partitionOf } from '../partition.ts'
import { auditedSession } from './audited-session.ts'
import { issueSession, packedSize, readSessionPolicies } from './issue-session.ts'
import { checkLongTerm, ownSessionSeconds } from './long-term-caller.ts'
import { operation } from './operation.ts'
import { readSessionTags } from './session-tags.ts'

/** Gives credentials for somebody whom a user vouches for; they may do what both the user and the session policies allow. */
export const getFederationToken = operation('GetFederationToken', {
  on({ Name }, { call }) {
    const { account } = call.caller
    const arn = `arn:${partitionOf(call.region)}:sts::${account}:federated-user/${Name}`
    return { arn, account, record: undefined }
  },
  async handle(input, _record, context) {
    const { call, resource } = context
    const { caller } = call
    checkLongTerm(caller, 'GetFederationToken')
    const { tags } = readSessionTags(input, undefined)
    if (tags.length > 0) await context.require({ action: 'sts:TagSession', resource })
    const policies = await readSessionPolicies(input, caller.account, context)
    const packed = packedSize(policies, tags) ?? 0
    const Credentials = await issueSession(
      {
        kind: 'federated',
        account: caller.account,
        holder: caller.id,
        source: caller.accessKeyId,
        name: input.Name,
        mfa: false,
        ...policies,
        tags,
        transitive: [],
      },
      ownSessionSeconds(input.DurationSeconds, caller),
      context,
    )
    const output = {
      Credentials,
      FederatedUser: { FederatedUserId: `${caller.account}:${input.Name}`, Arn: resource.arn },
      PackedPolicySize: packed,
    }
    context.note({ responseElements: auditedSession(output) })
    return output
  },
})
