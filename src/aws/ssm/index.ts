import { authorizationOf } from '../protocols/authorization.ts'
import type { SsmOperations } from '../models/ssm.ts'
import { modelOf } from '../protocols/model.ts'
import { serviceOf } from '../service.ts'
import { addTagsToResource } from './add-tags-to-resource.ts'
import { parameterByArn } from './by-arn.ts'
import { deleteParameter } from './delete-parameter.ts'
import { deleteParameters } from './delete-parameters.ts'
import { deleteResourcePolicy } from './delete-resource-policy.ts'
import { describeParameters } from './describe-parameters.ts'
import { getParameter } from './get-parameter.ts'
import { getParameterHistory } from './get-parameter-history.ts'
import { getParameters } from './get-parameters.ts'
import { getParametersByPath } from './get-parameters-by-path.ts'
import { getResourcePolicies } from './get-resource-policies.ts'
import { getServiceSetting } from './get-service-setting.ts'
import { labelParameterVersion } from './label-parameter-version.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import { putParameter } from './put-parameter.ts'
import { putResourcePolicy } from './put-resource-policy.ts'
import { removeTagsFromResource } from './remove-tags-from-resource.ts'
import { resetServiceSetting } from './reset-service-setting.ts'
import { unlabelParameterVersion } from './unlabel-parameter-version.ts'
import { updateServiceSetting } from './update-service-setting.ts'
import { tagConditions } from './parameter.ts'
import { beyondParameterStore } from './unserved.ts'

/** AWS Systems Manager, of which Parameter Store is served. */
export const ssm = serviceOf<SsmOperations>()({
  name: 'ssm',
  model: modelOf('ssm'),
  authorization: authorizationOf('ssm'),
  conditions: (_input, resource) => tagConditions(resource.tags),
  findByArn: parameterByArn,
  serves: {
    AddTagsToResource: addTagsToResource,
    DeleteParameter: deleteParameter,
    DeleteParameters: deleteParameters,
    DeleteResourcePolicy: deleteResourcePolicy,
    DescribeParameters: describeParameters,
    GetParameter: getParameter,
    GetParameterHistory: getParameterHistory,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
    GetResourcePolicies: getResourcePolicies,
    GetServiceSetting: getServiceSetting,
    LabelParameterVersion: labelParameterVersion,
    ListTagsForResource: listTagsForResource,
    PutParameter: putParameter,
    PutResourcePolicy: putResourcePolicy,
    RemoveTagsFromResource: removeTagsFromResource,
    ResetServiceSetting: resetServiceSetting,
    UnlabelParameterVersion: unlabelParameterVersion,
    UpdateServiceSetting: updateServiceSetting,
  },
  unserved: beyondParameterStore,
})
