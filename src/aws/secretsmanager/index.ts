import { authorizationOf } from '../protocols/authorization.ts'
import type { SecretsManagerOperations } from '../models/secretsmanager.ts'
import { modelOf } from '../protocols/model.ts'
import { serviceOf } from '../service.ts'
import { batchGetSecretValue } from './batch-get-secret-value.ts'
import { secretByArn } from './by-arn.ts'
import { cancelRotateSecret } from './cancel-rotate-secret.ts'
import { secretConditions } from './conditions.ts'
import { createSecret } from './create-secret.ts'
import { deleteResourcePolicy } from './delete-resource-policy.ts'
import { deleteSecret } from './delete-secret.ts'
import { describeSecret } from './describe-secret.ts'
import { getRandomPassword } from './get-random-password.ts'
import { getResourcePolicy } from './get-resource-policy.ts'
import { getSecretValue } from './get-secret-value.ts'
import { listSecretVersionIds } from './list-secret-version-ids.ts'
import { listSecrets } from './list-secrets.ts'
import { putResourcePolicy } from './put-resource-policy.ts'
import { putSecretValue } from './put-secret-value.ts'
import { removeRegionsFromReplication } from './remove-regions-from-replication.ts'
import type { SecretRecord } from './records.ts'
import { replicateSecretToRegions } from './replicate-secret-to-regions.ts'
import { restoreSecret } from './restore-secret.ts'
import { rotateSecret } from './rotate-secret.ts'
import { stopReplicationToReplica } from './stop-replication-to-replica.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateSecret } from './update-secret.ts'
import { updateSecretVersionStage } from './update-secret-version-stage.ts'
import { validateResourcePolicy } from './validate-resource-policy.ts'

export const secretsmanager = serviceOf<SecretsManagerOperations>()({
  name: 'secretsmanager',
  model: modelOf('secretsmanager'),
  authorization: authorizationOf('secretsmanager'),
  conditions: (input, resource, record) => secretConditions(input, resource, record as SecretRecord | undefined),
  findByArn: secretByArn,
  serves: {
    BatchGetSecretValue: batchGetSecretValue,
    CancelRotateSecret: cancelRotateSecret,
    CreateSecret: createSecret,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteSecret: deleteSecret,
    DescribeSecret: describeSecret,
    GetRandomPassword: getRandomPassword,
    GetResourcePolicy: getResourcePolicy,
    GetSecretValue: getSecretValue,
    ListSecretVersionIds: listSecretVersionIds,
    ListSecrets: listSecrets,
    PutResourcePolicy: putResourcePolicy,
    PutSecretValue: putSecretValue,
    RemoveRegionsFromReplication: removeRegionsFromReplication,
    ReplicateSecretToRegions: replicateSecretToRegions,
    RestoreSecret: restoreSecret,
    RotateSecret: rotateSecret,
    StopReplicationToReplica: stopReplicationToReplica,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateSecret: updateSecret,
    UpdateSecretVersionStage: updateSecretVersionStage,
    ValidateResourcePolicy: validateResourcePolicy,
  },
  unserved: [],
})
