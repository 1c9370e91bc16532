import { authorizationOf } from '../protocols/authorization.ts'
import type { LambdaOperations } from '../models/lambda.ts'
import { modelOf } from '../protocols/model.ts'
import { serviceOf } from '../service.ts'
import { addPermission } from './add-permission.ts'
import { createAlias } from './create-alias.ts'
import { createFunction } from './create-function.ts'
import { deleteAlias } from './delete-alias.ts'
import { deleteFunction } from './delete-function.ts'
import { deleteFunctionConcurrency } from './delete-function-concurrency.ts'
import { getAccountSettings } from './get-account-settings.ts'
import { getAlias } from './get-alias.ts'
import { getFunction } from './get-function.ts'
import { getFunctionCodeSigningConfig } from './get-function-code-signing-config.ts'
import { getFunctionConcurrency } from './get-function-concurrency.ts'
import { getFunctionConfiguration } from './get-function-configuration.ts'
import { getPolicy } from './get-policy.ts'
import { invoke } from './invoke.ts'
import { listAliases } from './list-aliases.ts'
import { listFunctions } from './list-functions.ts'
import { listTags } from './list-tags.ts'
import { listVersionsByFunction } from './list-versions-by-function.ts'
import { publishVersion } from './publish-version.ts'
import { putFunctionConcurrency } from './put-function-concurrency.ts'
import { removePermission } from './remove-permission.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateAlias } from './update-alias.ts'
import { updateFunctionCode } from './update-function-code.ts'
import { updateFunctionConfiguration } from './update-function-configuration.ts'

export { registerLambdaWorkers } from './workers.ts'

export const lambda = serviceOf<LambdaOperations>()({
  name: 'lambda',
  model: modelOf('lambda'),
  authorization: authorizationOf('lambda'),
  serves: {
    AddPermission: addPermission,
    CreateAlias: createAlias,
    CreateFunction: createFunction,
    DeleteAlias: deleteAlias,
    DeleteFunction: deleteFunction,
    DeleteFunctionConcurrency: deleteFunctionConcurrency,
    GetAccountSettings: getAccountSettings,
    GetAlias: getAlias,
    GetFunction: getFunction,
    GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig,
    GetFunctionConcurrency: getFunctionConcurrency,
    GetFunctionConfiguration: getFunctionConfiguration,
    GetPolicy: getPolicy,
    Invoke: invoke,
    ListAliases: listAliases,
    ListFunctions: listFunctions,
    ListTags: listTags,
    ListVersionsByFunction: listVersionsByFunction,
    PublishVersion: publishVersion,
    PutFunctionConcurrency: putFunctionConcurrency,
    RemovePermission: removePermission,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateAlias: updateAlias,
    UpdateFunctionCode: updateFunctionCode,
    UpdateFunctionConfiguration: updateFunctionConfiguration,
  },
  unserved: [
    'AddLayerVersionPermission',
    'CheckpointDurableExecution',
    'CreateCapacityProvider',
    'CreateCodeSigningConfig',
    'CreateEventSourceMapping',
    'CreateFunctionUrlConfig',
    'DeleteCapacityProvider',
    'DeleteCodeSigningConfig',
    'DeleteEventSourceMapping',
    'DeleteFunctionCodeSigningConfig',
    'DeleteFunctionEventInvokeConfig',
    'DeleteFunctionUrlConfig',
    'DeleteLayerVersion',
    'DeleteProvisionedConcurrencyConfig',
    'GetCapacityProvider',
    'GetCodeSigningConfig',
    'GetDurableExecution',
    'GetDurableExecutionHistory',
    'GetDurableExecutionState',
    'GetEventSourceMapping',
    'GetFunctionEventInvokeConfig',
    'GetFunctionRecursionConfig',
    'GetFunctionScalingConfig',
    'GetFunctionUrlConfig',
    'GetLayerVersion',
    'GetLayerVersionByArn',
    'GetLayerVersionPolicy',
    'GetProvisionedConcurrencyConfig',
    'GetRuntimeManagementConfig',
    'InvokeAsync',
    'InvokeWithResponseStream',
    'ListCapacityProviders',
    'ListCodeSigningConfigs',
    'ListDurableExecutionsByFunction',
    'ListEventSourceMappings',
    'ListFunctionEventInvokeConfigs',
    'ListFunctionUrlConfigs',
    'ListFunctionVersionsByCapacityProvider',
    'ListFunctionsByCodeSigningConfig',
    'ListLayerVersions',
    'ListLayers',
    'ListProvisionedConcurrencyConfigs',
    'PublishLayerVersion',
    'PutFunctionCodeSigningConfig',
    'PutFunctionEventInvokeConfig',
    'PutFunctionRecursionConfig',
    'PutFunctionScalingConfig',
    'PutProvisionedConcurrencyConfig',
    'PutRuntimeManagementConfig',
    'RemoveLayerVersionPermission',
    'SendDurableExecutionCallbackFailure',
    'SendDurableExecutionCallbackHeartbeat',
    'SendDurableExecutionCallbackSuccess',
    'StopDurableExecution',
    'UpdateCapacityProvider',
    'UpdateCodeSigningConfig',
    'UpdateEventSourceMapping',
    'UpdateFunctionEventInvokeConfig',
    'UpdateFunctionUrlConfig',
  ],
})
