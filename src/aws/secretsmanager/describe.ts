import type { RotationRulesType, Tag } from '../models/secretsmanager.ts'
import type { RotationRecord, SecretRecord } from './records.ts'
import { arnOf } from './secret.ts'

/** What `DescribeSecret` and `ListSecrets` tell alike; what there is nothing to say of is absent. */
export function describe(secret: SecretRecord) {
  return {
    ARN: arnOf(secret),
    Name: secret.name,
    Type: secret.type,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    ...describeRotation(secret.rotation),
    LastChangedDate: secret.changedAt,
    LastAccessedDate: secret.accessedOn,
    DeletedDate: secret.deletion?.at,
    Tags: describeTags(secret),
    OwningService: secret.owningService,
    CreatedDate: secret.createdAt,
    PrimaryRegion: secret.primaryRegion,
  }
}

function describeTags({ tags }: SecretRecord): readonly Tag[] | undefined {
  return tags?.map(({ key, value }) => ({ Key: key, Value: value }))
}

function describeRotation(rotation: RotationRecord | undefined) {
  if (!rotation) return undefined
  const { enabled, lambdaArn, rules, scheduledDays, lastRotatedAt, nextRotationAt } = rotation
  const RotationRules: RotationRulesType | undefined = rules && {
    AutomaticallyAfterDays: rules.automaticallyAfterDays ?? scheduledDays,
    Duration: rules.duration,
    ScheduleExpression: rules.scheduleExpression,
  }
  return {
    RotationEnabled: enabled,
    RotationLambdaARN: lambdaArn,
    RotationRules,
    LastRotatedDate: lastRotatedAt,
    NextRotationDate: enabled ? nextRotationAt : undefined,
  }
}
