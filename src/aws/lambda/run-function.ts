import type { InvocationResult } from '../../functions/function-version.ts'
import { Secret } from '../../base/secret.ts'
import { assert } from '../../base/assert.ts'
import type { Outer } from '../operation.ts'
import type { Platform } from '../platform.ts'
import { serviceCall } from '../service-call.ts'
import { assumeRole } from '../sts/assume-role.ts'
import { codeSource } from './code.ts'
import { secretValues } from './environment-variables.ts'
import { noRuntime, notRunning, roleRefused, throttled, unconfined, unusableCode } from './messages.ts'
import { serviceName } from './operation.ts'
import type { FunctionRecord, VersionRecord } from './records.ts'
import { functionArn } from './reference.ts'

export interface Run {
  readonly fn: FunctionRecord
  readonly version: VersionRecord
  /** The ARN that was called. */
  readonly calledArn: string
  readonly requestId: string
  readonly payload: Uint8Array
  readonly clientContext?: string | undefined
  /** Values that must not show in the function's log. */
  readonly redact?: readonly Secret<string>[]
}

const sessionSeconds = 3600

/** Runs a version to its end, with credentials of its execution role. Refuses as Invoke does. */
export async function runFunction(
  run: Run,
  platform: Platform,
  outer: Outer,
): Promise<Exclude<InvocationResult, { readonly refused: string }>> {
  const { fn, version, calledArn, requestId, payload, clientContext, redact } = run
  const { functions: host } = platform
  if (!host) throw notRunning()
  const arn = functionArn(fn)
  const result = await host.invoke(
    {
      id: `${arn}:${version.version}:${version.revisionId}`,
      arn: functionArn(fn, version.version === '$LATEST' ? undefined : version.version),
      name: fn.name,
      version: version.version,
      region: fn.region,
      runtime: version.runtime,
      handler: version.handler,
      code: codeSource(platform.store, fn, version.code),
      timeoutSeconds: version.timeoutSeconds,
      memoryMegabytes: version.memoryMegabytes,
      environment: secretValues(version.environment ?? {}),
      concurrency: fn.reserved,
    },
    {
      requestId,
      payload,
      clientContext,
      calledArn,
      credentials: () => roleCredentials(run, platform, outer),
      ...(redact && { redact }),
    },
  )
  if (!('refused' in result)) return result
  switch (result.refused) {
    case 'throttled':
      throw throttled(fn.reserved !== undefined)
    case 'code-unusable':
      throw unusableCode()
    case 'no-runtime':
      throw noRuntime(version.runtime)
    case 'unconfined':
      throw unconfined()
    default:
      throw notRunning()
  }
}

/** Credentials of a session of the execution role, which Lambda assumes for this function. */
async function roleCredentials({ fn, version }: Run, platform: Platform, outer: Outer) {
  const source = { arn: functionArn(fn), account: fn.account }
  const call = await serviceCall(platform, { service: serviceName, region: fn.region, source })
  const { output, refused } = await outer.invoke(call, assumeRole, {
    RoleArn: version.role,
    RoleSessionName: fn.name,
    DurationSeconds: sessionSeconds,
  })
  if (refused) throw roleRefused()
  const { Credentials: credentials } = output
  assert(credentials, 'an assumed role has credentials')
  return {
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretAccessKey,
    sessionToken: new Secret(credentials.SessionToken),
    issuedAt: call.now,
    expiresAt: credentials.Expiration,
  }
}
