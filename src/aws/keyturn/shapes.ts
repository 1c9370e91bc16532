import type { Secret } from '../../base/secret.ts'

type Nothing = Record<string, never>

/** Keyturn's own operations, for the people who run the server; the shapes of `model.json`. */
export interface KeyturnOperations {
  CreateAccount: {
    input: { readonly AccountId: string; readonly Name?: string | undefined }
    output: { readonly AccountId: string; readonly AccessKeyId: string; readonly SecretAccessKey: Secret<string> }
  }
  ListAccounts: {
    input: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined }
    output: {
      readonly Accounts: readonly {
        readonly AccountId: string
        readonly Name?: string | undefined
        readonly CreatedDate: number
      }[]
      readonly NextToken?: string | undefined
    }
  }
  GetServerStatus: {
    input: Nothing
    output: {
      readonly Version: string
      readonly ManagementAccountId: string
      readonly BarrierTerm?: number | undefined
      readonly BarrierTermCreatedDate?: number | undefined
      readonly ServerTime: number
    }
  }
  RotateBarrierKey: { input: Nothing; output: { readonly BarrierTerm: number } }
}
