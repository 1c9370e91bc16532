import { issueSession } from './issue-session.ts'
import { auditedSession } from './audited-session.ts'
import { checkLongTerm, ownSessionSeconds } from './long-term-caller.ts'
import { operation } from './operation.ts'
import { takeSecondFactor } from './second-factor.ts'

/** Gives a user temporary credentials of its own. Needs no permission; nothing can be gained by it. */
export const getSessionToken = operation('GetSessionToken', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  action: 'none',
  async handle(input, _record, context) {
    const { caller } = context.call
    checkLongTerm(caller, 'GetSessionToken')
    const mfa = await takeSecondFactor(input, context)
    const Credentials = await issueSession(
      {
        kind: 'self',
        account: caller.account,
        holder: caller.id,
        source: caller.accessKeyId,
        mfa,
        tags: [],
        transitive: [],
      },
      ownSessionSeconds(input.DurationSeconds, caller),
      context,
    )
    context.note({ responseElements: auditedSession({ Credentials }) })
    return { Credentials }
  },
})
