import type { Platform } from '../platform.ts'
import type { FunctionConfiguration } from '../models/lambda.ts'
import { partitionOf } from '../partition.ts'
import { wireVariables } from './environment-variables.ts'
import type { FunctionRecord, VersionRecord } from './records.ts'
import { functionArn } from './reference.ts'

/** A version as answers show it. `arn` has the qualifier by which it was asked for. */
export function configurationOf(
  fn: FunctionRecord,
  version: VersionRecord,
  platform: Pick<Platform, 'functions'>,
  qualifier: string | undefined = version.version === '$LATEST' ? undefined : version.version,
): FunctionConfiguration {
  const program = platform.functions?.programOf(version.runtime)
  return {
    FunctionName: fn.name,
    FunctionArn: functionArn(fn, qualifier),
    Runtime: version.runtime,
    Role: version.role,
    Handler: version.handler,
    CodeSize: version.code.bytes,
    Description: version.description,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memoryMegabytes,
    LastModified: new Date(version.modifiedAt).toISOString().replace('Z', '+0000'),
    CodeSha256: version.code.sha256,
    Version: version.version,
    Environment: wireVariables(version.environment),
    TracingConfig: { Mode: version.tracing },
    RevisionId: version.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [version.architecture],
    EphemeralStorage: { Size: version.ephemeralMegabytes },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    RuntimeVersionConfig:
      program === undefined
        ? undefined
        : { RuntimeVersionArn: `arn:${partitionOf(fn.region)}:lambda:${fn.region}::runtime:${program}` },
    LoggingConfig: version.logging,
  }
}
