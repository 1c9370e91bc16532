import { readFileSync } from 'node:fs'
import type { ServiceName } from './model.ts'

/** The service authorisation reference of one service, as `scripts/generate-models.ts` writes it. */
export interface Authorization {
  readonly service: ServiceName
  readonly source: string
  /** By the name of the action without its prefix. */
  readonly actions: Readonly<Record<string, Action>>
  /** ARN templates by type, such as `arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}`. */
  readonly resourceTypes: Readonly<Record<string, ResourceType>>
  /** The type of each condition key that the service documents: `String`, `ArrayOfString`, `Bool`, `Date`, … */
  readonly conditionKeys: Readonly<Record<string, string>>
}

interface Action {
  readonly access: 'List' | 'Read' | 'Write' | 'Tagging' | 'Permissions management'
  /** Absent for an action that is on no resource. */
  readonly resources?: readonly { readonly type: string; readonly required: boolean }[]
  readonly conditionKeys?: readonly string[]
  /** Actions of other services that a caller needs too. */
  readonly dependentActions?: readonly string[]
}

interface ResourceType {
  readonly arn: string
  readonly conditionKeys?: readonly string[]
}

const loaded = new Map<ServiceName, Authorization>()

/** The reference of a service, read from `models/` when it is first asked for and kept. */
export function authorizationOf(service: ServiceName): Authorization {
  const known = loaded.get(service)
  if (known) return known
  const text = readFileSync(new URL(`../models/${service}-authorization.json`, import.meta.url), 'utf8')
  const authorization = JSON.parse(text) as Authorization
  loaded.set(service, authorization)
  return authorization
}
