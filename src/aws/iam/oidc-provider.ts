import { table } from '../../store/table.ts'
import type { Awaitable, Transaction } from '../../store/store.ts'
import { parseArn } from '../../iam/arn.ts'
import { partitionOf } from '../partition.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import type { Tag } from '../tags.ts'
import {
  invalidProviderUrl,
  invalidThumbprint,
  providerNotFound,
  tooManyClientIds,
  tooManyThumbprints,
  unparsableArn,
} from './messages.ts'
import { tagValues } from './tags.ts'

/** An OpenID Connect provider whose tokens an account takes. */
export interface OidcProviderRecord {
  /** Without `https://`: what its ARN and its condition keys begin with. */
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly clientIds: readonly string[]
  /** SHA-1 of certificates that may vouch for its server beside the known authorities, in lower-case hexadecimal. */
  readonly thumbprints: readonly string[]
  readonly tags: readonly Tag[]
}

/** By account and name. */
export const oidcProviders = table<OidcProviderRecord>({ name: 'iam/oidc-provider', version: 1 })

/** A name without a dot, such as `aws`, would make condition keys that are AWS's own. */
const host = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d{1,5})?$/i

/** The name in a provider's URL, which must be https and have neither query nor fragment. */
export function providerName(url: string): string {
  const name = url.startsWith('https://') ? url.slice('https://'.length).replace(/\/$/, '') : ''
  const [server = ''] = name.split('/', 1)
  if (!host.test(server) || !/^[\x21-\x7e]+$/.test(name) || /[?#@\\]/.test(name)) throw invalidProviderUrl()
  return name
}

export function providerArn(name: string, { caller, region }: Finding['call']): string {
  return `arn:${partitionOf(region)}:iam::${caller.account}:oidc-provider/${name}`
}

/** Rule for operations on a provider by its ARN. */
export async function oidcProviderWithArn(
  { OpenIDConnectProviderArn: arn }: { readonly OpenIDConnectProviderArn: string },
  { tx, call }: Finding,
): Promise<Resource<OidcProviderRecord>> {
  const { account } = call.caller
  const parsed = parseArn(arn)
  if (parsed?.service !== 'iam' || !parsed.resource.startsWith('oidc-provider/')) throw unparsableArn()
  const name = parsed.resource.slice('oidc-provider/'.length)
  const record = parsed.account === account ? await findOidcProvider(tx, account, name) : undefined
  if (record?.arn !== arn) return { arn, account, missing: providerNotFound(arn) }
  return { arn, account, tags: tagValues(record.tags), record }
}

export function findOidcProvider(
  tx: Transaction,
  account: string,
  name: string,
): Awaitable<OidcProviderRecord | undefined> {
  return oidcProviders.get(tx, account, name)
}

export function saveOidcProvider(record: OidcProviderRecord, { tx, call }: Pick<Finding, 'tx' | 'call'>): void {
  oidcProviders.put(tx, record, call.caller.account, record.name)
}

const mostClientIds = 100
const mostThumbprints = 5

export function checkClientIds(ids: readonly string[]): readonly string[] {
  const unique = [...new Set(ids)]
  if (unique.length > mostClientIds) throw tooManyClientIds(mostClientIds)
  return unique
}

export function checkThumbprints(thumbprints: readonly string[]): readonly string[] {
  if (thumbprints.length > mostThumbprints) throw tooManyThumbprints()
  return thumbprints.map((thumbprint) => {
    if (!/^[0-9a-f]{40}$/i.test(thumbprint)) throw invalidThumbprint()
    return thumbprint.toLowerCase()
  })
}
