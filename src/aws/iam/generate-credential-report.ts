import { saveSettings, settingsOf } from './account-settings.ts'
import { reportLifetime } from './credential-report.ts'
import { operation } from './operation.ts'

/** Begins a new credential report where the last one is old. It is made when it is fetched, so it is complete at once. */
export const generateCredentialReport = operation('GenerateCredentialReport', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call }) {
    const { account } = call.caller
    const known = await settingsOf(tx, account)
    const { reportedAt } = known
    if (reportedAt !== undefined && call.now - reportedAt < reportLifetime) return { State: 'COMPLETE' }
    saveSettings(tx, account, { ...known, reportedAt: call.now })
    return { State: 'STARTED', Description: 'No report exists. Starting a new report generation task' }
  },
})
