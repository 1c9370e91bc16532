import { isRuntime, type RuntimeName } from '../../functions/runtimes.ts'
import type { CreateFunctionRequest, UpdateFunctionConfigurationRequest } from '../models/lambda.ts'
import { readVariables } from './environment-variables.ts'
import { mandatoryForZip, notOffered, runtimeNotOffered } from './messages.ts'
import type { Settings } from './records.ts'

/** What a request says about settings; create and update share these members. */
type SettingsInput = Partial<
  Pick<CreateFunctionRequest, 'PackageType' | 'CodeSigningConfigArn' | 'PublishTo' | 'TenancyConfig'>
> &
  Omit<UpdateFunctionConfigurationRequest, 'FunctionName' | 'RevisionId'>

/** The settings of a new function: what is said, and Lambda's defaults for the rest. */
export function newSettings(input: CreateFunctionRequest, name: string): Settings {
  checkOffered(input)
  const { Runtime, Handler, Role, Architectures } = input
  if (Runtime === undefined || Handler === undefined) throw mandatoryForZip()
  const defaults: Settings = {
    runtime: readRuntime(Runtime),
    handler: Handler,
    role: Role,
    description: '',
    timeoutSeconds: 3,
    memoryMegabytes: 128,
    ephemeralMegabytes: 512,
    architecture: Architectures?.[0] ?? 'x86_64',
    tracing: 'PassThrough',
    logging: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` },
  }
  return changedSettings(defaults, input)
}

/** Settings with what a request says in place of what was. */
export function changedSettings(settings: Settings, input: SettingsInput): Settings {
  checkOffered(input)
  const { environment, ...rest } = settings
  const variables = input.Environment ? readVariables(input.Environment) : environment
  return {
    ...rest,
    runtime: input.Runtime === undefined ? settings.runtime : readRuntime(input.Runtime),
    handler: input.Handler ?? settings.handler,
    role: input.Role ?? settings.role,
    description: input.Description ?? settings.description,
    timeoutSeconds: input.Timeout ?? settings.timeoutSeconds,
    memoryMegabytes: input.MemorySize ?? settings.memoryMegabytes,
    ephemeralMegabytes: input.EphemeralStorage?.Size ?? settings.ephemeralMegabytes,
    tracing: input.TracingConfig?.Mode ?? settings.tracing,
    logging: { ...settings.logging, ...input.LoggingConfig },
    ...(variables && { environment: variables }),
  }
}

function readRuntime(name: string): RuntimeName {
  if (!isRuntime(name)) throw runtimeNotOffered(name)
  return name
}

/** Refuses what would change how a function runs and is not done here, rather than pass over it. */
function checkOffered(input: SettingsInput): void {
  const wanted: readonly (readonly [what: string, asked: unknown])[] = [
    ['A package of type Image', input.PackageType === 'Image' || input.ImageConfig],
    ['A VPC', input.VpcConfig?.SubnetIds?.length || input.VpcConfig?.SecurityGroupIds?.length],
    ['A layer', input.Layers?.length],
    ['A file system', input.FileSystemConfigs?.length],
    ['A dead-letter queue', input.DeadLetterConfig?.TargetArn],
    ['A key of the caller’s for environment variables', input.KMSKeyArn],
    ['Code signing', input.CodeSigningConfigArn],
    ['SnapStart', input.SnapStart?.ApplyOn === 'PublishedVersions'],
    ['A capacity provider', input.CapacityProviderConfig || input.PublishTo],
    ['Durable execution', input.DurableConfig],
    ['Tenant isolation', input.TenancyConfig],
  ]
  const [refused] = wanted.find(([, asked]) => Boolean(asked)) ?? []
  if (refused !== undefined) throw notOffered(refused)
}
