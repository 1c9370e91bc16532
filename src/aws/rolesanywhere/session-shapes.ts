import type { Secret } from '../../base/secret.ts'
import type { RolesAnywhereOperations } from '../models/rolesanywhere.ts'

/** What is asked in the URI as well, where it may stand instead (user guide, «CreateSession API»). */
export interface CreateSessionRequest {
  readonly profileArn?: string | undefined
  readonly roleArn?: string | undefined
  readonly trustAnchorArn?: string | undefined
  readonly queryProfileArn?: string | undefined
  readonly queryRoleArn?: string | undefined
  readonly queryTrustAnchorArn?: string | undefined
  readonly durationSeconds?: number | undefined
  readonly roleSessionName?: string | undefined
  /** Not used any more, and ignored. */
  readonly sessionName?: string | undefined
  readonly instanceProperties?: Readonly<Record<string, string>> | undefined
}

export interface CreateSessionResponse {
  readonly credentialSet: readonly {
    readonly assumedRoleUser: { readonly arn: string; readonly assumedRoleId: string }
    readonly credentials: {
      readonly accessKeyId: string
      readonly secretAccessKey: Secret<string>
      readonly sessionToken: Secret<string>
      readonly expiration: number
    }
    readonly packedPolicySize?: number | undefined
    readonly roleArn: string
    readonly sourceIdentity?: string | undefined
  }[]
  readonly subjectArn: string
}

/** The published operations, and the one that the published model leaves out. */
export type AllOperations = RolesAnywhereOperations & {
  CreateSession: { input: CreateSessionRequest; output: CreateSessionResponse }
}
