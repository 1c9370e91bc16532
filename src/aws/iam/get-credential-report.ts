import { settingsOf } from './account-settings.ts'
import { credentialReport, reportLifetime } from './credential-report.ts'
import { reportExpired, reportNotPresent } from './messages.ts'
import { operation } from './operation.ts'

/** Shows all users of the account with the state of their credentials, as CSV. */
export const getCredentialReport = operation('GetCredentialReport', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, context) {
    const { tx, call } = context
    const { reportedAt } = await settingsOf(tx, call.caller.account)
    if (reportedAt === undefined) throw reportNotPresent()
    if (call.now - reportedAt >= reportLifetime) throw reportExpired()
    const Content = Buffer.from(await credentialReport(context))
    return { Content, ReportFormat: 'text/csv', GeneratedTime: reportedAt }
  },
})
