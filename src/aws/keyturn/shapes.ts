import type { Secret } from '../../base/secret.ts'
import type { RotationStatus } from '../secretsmanager/rotation-status.ts'

type Nothing = Record<string, never>

export interface ExplainAccessInput {
  readonly PrincipalArn?: string | undefined
  readonly Action?: string | undefined
  readonly ResourceArn?: string | undefined
  readonly Context?: Readonly<Record<string, readonly string[]>> | undefined
  readonly RequestId?: string | undefined
  readonly Encoded?: boolean | undefined
}

export interface ExplainAccessOutput {
  readonly Decision: 'Allowed' | 'Denied'
  /** The type of policy that decided, or `root`. */
  readonly DecidedBy: string
  readonly Reason?: 'explicit-deny' | 'implicit-deny' | undefined
  readonly Sentence?: string | undefined
  readonly PrincipalArn?: string | undefined
  readonly Action: string
  readonly ResourceArn: string
  readonly DecidingStatements: readonly ExplainedStatement[]
  readonly Policies: readonly ExplainedPolicy[]
  readonly NeededStatements: readonly { readonly PolicyType: string; readonly Statement: string }[]
  readonly MissingContextKeys: readonly string[]
  /** For DecodeAuthorizationMessage; absent where it would be too long for that. */
  readonly EncodedMessage?: string | undefined
  readonly Request?:
    | {
        readonly RequestId: string
        readonly EventName: string
        readonly EventTime: number
        readonly ErrorCode: string
        readonly SessionPoliciesUnknown: boolean
      }
    | undefined
}

export interface ExplainedPolicy {
  readonly PolicyType: string
  readonly PolicyName?: string | undefined
  readonly Outcome: string
  readonly Statements: readonly ExplainedStatement[]
}

export interface ExplainedStatement {
  readonly PolicyType: string
  readonly PolicyName?: string | undefined
  readonly Sid?: string | undefined
  readonly Index: number
  readonly Effect: string
  readonly Applied: boolean
  /** The element that kept it from applying. */
  readonly Missed?: string | undefined
  readonly FailedConditions: readonly ExplainedCondition[]
  readonly Line: number
  readonly Column: number
  readonly Text: string
}

export interface ExplainedCondition {
  readonly Operator: string
  readonly Key: string
  readonly Wanted: readonly string[]
  readonly Actual?: readonly string[] | undefined
}

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
  GetRotationStatus: {
    input: { readonly SecretId: string }
    output: RotationStatus & { readonly ARN: string; readonly Name: string }
  }
  ExplainAccess: { input: ExplainAccessInput; output: ExplainAccessOutput }
  RotateBarrierKey: { input: Nothing; output: { readonly BarrierTerm: number } }
}
