import type { RuntimeName } from '../../functions/runtimes.ts'
import { table } from '../../store/table.ts'
import type { Architecture, LoggingConfig, TracingMode } from '../models/lambda.ts'
import type { Tag } from '../tags.ts'

/** The code of a version: where it is stored, and how long its archive is. */
export interface CodeReference {
  /** SHA-256 of the archive, in base64. */
  readonly sha256: string
  readonly bytes: number
}

/** What can be set of a function, and is frozen when a version is published. */
export interface Settings {
  readonly runtime: RuntimeName
  readonly handler: string
  /** The ARN of the execution role. */
  readonly role: string
  readonly description: string
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  readonly ephemeralMegabytes: number
  readonly environment?: Readonly<Record<string, string>>
  readonly architecture: Architecture
  readonly tracing: TracingMode
  readonly logging: LoggingConfig
}

/** One version. Times are milliseconds since 1970. */
export interface VersionRecord extends Settings {
  /** `$LATEST` or a number. */
  readonly version: string
  readonly code: CodeReference
  readonly modifiedAt: number
  /** A UUID that changes with every change. */
  readonly revisionId: string
}

/** A statement of a function's policy, as it is shown. */
export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Principal: '*' | Readonly<Record<string, string>>
  readonly Action: string
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface PolicyRecord {
  readonly statements: readonly PolicyStatement[]
  readonly revisionId: string
}

export interface FunctionRecord {
  readonly account: string
  readonly region: string
  readonly name: string
  readonly createdAt: number
  readonly latest: VersionRecord
  /** The highest number that a version ever had. */
  readonly lastVersion: number
  /** How many published versions there are. */
  readonly published: number
  /** In the order of adding. */
  readonly tags: readonly Tag[]
  /** By qualifier; that of the function itself under an empty text. */
  readonly policies: Readonly<Record<string, PolicyRecord>>
  /** How many may run at once. */
  readonly reserved?: number
}

export interface AliasRecord {
  readonly name: string
  readonly version: string
  readonly description: string
  /** Another version, and which part of the invocations it gets. */
  readonly weights: readonly (readonly [version: string, weight: number])[]
  readonly revisionId: string
}

/** How many versions use an archive, and of how many rows it is made. */
export interface CodeUseRecord {
  readonly uses: number
  readonly rows: number
  readonly bytes: number
}

/** What an account has in a region. */
export interface UsageRecord {
  readonly functions: number
  readonly codeBytes: number
}

/** An invocation that nobody waits for. */
export interface QueuedInvocation {
  readonly account: string
  readonly region: string
  readonly name: string
  readonly qualifier?: string
  readonly requestId: string
  /** Base64. */
  readonly payload: string
  /** JSON text. */
  readonly clientContext?: string
  /** How often it was begun. */
  readonly attempts: number
  /** When it is looked at next. */
  readonly dueAt: number
  readonly since: number
}

/** By account, region, name. */
export const functions = table<FunctionRecord>({ name: 'lambda/function', version: 1 })
/** By account, region, name, number with ten digits: published versions. */
export const versions = table<VersionRecord>({ name: 'lambda/version', version: 1 })
/** By account, region, name, alias. */
export const aliases = table<AliasRecord>({ name: 'lambda/alias', version: 1 })
/** By account, region, hash in hexadecimal digits. */
export const codeUses = table<CodeUseRecord>({ name: 'lambda/code-use', version: 1 })
/** By account, region, hash, number of the row with six digits: parts of archives, in base64. */
export const codeRows = table<{ readonly part: string }>({ name: 'lambda/code', version: 1 })
/** By account, region. */
export const usages = table<UsageRecord>({ name: 'lambda/usage', version: 1 })
/** By id. */
export const queuedInvocations = table<QueuedInvocation>({ name: 'lambda/invocation', version: 1 })

export function versionKey({ account, region, name }: FunctionRecord, version: string): readonly string[] {
  return [account, region, name, version.padStart(10, '0')]
}
