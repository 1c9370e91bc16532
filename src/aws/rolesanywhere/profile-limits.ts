import { parseArn } from '../../iam/arn.ts'
import type { CreateProfileRequest, UpdateProfileRequest } from '../models/rolesanywhere.ts'
import type { Finding } from '../operation.ts'
import { AwsError } from '../errors.ts'
import { readSessionPolicies } from '../sts/issue-session.ts'
import { foreignRole, invalidSessionPolicy } from './messages.ts'

/** Checks what a profile says of roles and session policies: all of it is of the profile's account, and valid. */
export async function checkProfile(
  input: CreateProfileRequest | UpdateProfileRequest,
  finding: Finding,
): Promise<void> {
  const { account } = finding.call.caller
  const { roleArns = [], sessionPolicy, managedPolicyArns } = input
  for (const arn of roleArns) if (parseArn(arn)?.account !== account) throw foreignRole(arn)
  const given = { Policy: sessionPolicy, PolicyArns: managedPolicyArns?.map((arn) => ({ arn })) }
  try {
    await readSessionPolicies(given, account, finding)
  } catch (error) {
    // What STS answers with codes of its own is a validation here.
    throw error instanceof AwsError ? invalidSessionPolicy() : error
  }
}
