import type { Credentials } from '../models/sts.ts'

/**
 * What the audit trail keeps of issued credentials: which key, until when. The token stays out, though CloudTrail keeps it: it
 * has the secret in it, under a key that can be had from the store.
 */
export function auditedSession(output: {
  readonly Credentials: Credentials
  readonly AssumedRoleUser?: { readonly AssumedRoleId: string; readonly Arn: string }
  readonly FederatedUser?: { readonly FederatedUserId: string; readonly Arn: string }
  readonly PackedPolicySize?: number | undefined
  readonly SourceIdentity?: string | undefined
}): Readonly<Record<string, unknown>> {
  const { Credentials: credentials, AssumedRoleUser, FederatedUser, PackedPolicySize, SourceIdentity } = output
  return {
    credentials: {
      accessKeyId: credentials.AccessKeyId,
      expiration: new Date(credentials.Expiration).toISOString(),
    },
    assumedRoleUser: AssumedRoleUser && {
      assumedRoleId: AssumedRoleUser.AssumedRoleId,
      arn: AssumedRoleUser.Arn,
    },
    federatedUser: FederatedUser && { federatedUserId: FederatedUser.FederatedUserId, arn: FederatedUser.Arn },
    packedPolicySize: PackedPolicySize,
    sourceIdentity: SourceIdentity,
  }
}
