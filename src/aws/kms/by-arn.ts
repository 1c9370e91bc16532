import { parseArn } from '../../iam/arn.ts'
import { AwsError } from '../errors.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { findKey } from './find-key.ts'

/** The key that an ARN, or the ARN of an alias, names, with the caller's grants on it. */
export async function keyByArn(arn: string, finding: Finding): Promise<Resource<unknown> | undefined> {
  const parsed = parseArn(arn)
  if (parsed?.service !== 'kms') return undefined
  try {
    return await findKey(arn, finding)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    // Nobody has a right to a key that is not there: no policy of its own leaves it to the account.
    return { arn, account: parsed.account, type: 'AWS::KMS::Key', policies: [], mode: 'root-of-trust', missing: error }
  }
}
