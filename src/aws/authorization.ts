import { readFileSync } from 'node:fs'
import type { ServiceName } from './protocols/model.ts'
import type { AuthorizationReference } from './service.ts'

/** The published actions, resource types and condition keys of a service. */
export function authorizationOf(service: ServiceName): AuthorizationReference {
  const text = readFileSync(new URL(`./models/${service}-authorization.json`, import.meta.url), 'utf8')
  return JSON.parse(text) as AuthorizationReference
}
