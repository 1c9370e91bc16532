import type { PolicyVersion } from '../models/iam.ts'
import { policyVersionNotFound } from './messages.ts'
import type { PolicyRecord, PolicyVersionRecord } from './records.ts'

export function readVersion(policy: PolicyRecord, id: string): PolicyVersionRecord {
  const version = policy.versions.find((other) => other.id === id)
  if (!version) throw policyVersionNotFound(policy.arn, id)
  return version
}

/** A version as lists show it: without its document. */
export function wireVersion(policy: PolicyRecord, { id, createdAt }: PolicyVersionRecord): PolicyVersion {
  return { VersionId: id, IsDefaultVersion: id === policy.defaultVersion, CreateDate: createdAt }
}
