import { uuid } from '../../base/ids.ts'
import type { Awaitable, Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import type { Platform } from '../platform.ts'
import { noPublicUrl } from './messages.ts'

/** Whether principals of an account may have tokens that tell others who they are, and who issues them. */
export interface OutboundFederation {
  /** In the account's issuer URL; it stays when the feature goes and comes back. */
  readonly issuerId: string
  readonly enabled: boolean
}

/** By account. */
const federations = table<OutboundFederation>({ name: 'iam/outbound-federation', version: 1 })
/** By issuer id. */
const issuers = table<{ readonly account: string }>({ name: 'iam/token-issuer', version: 1 })

export function findFederation(tx: Transaction, account: string): Awaitable<OutboundFederation | undefined> {
  return federations.get(tx, account)
}

/** The account that has an issuer, whether or not it still gives tokens: those that it gave live on. */
export async function accountOfIssuer(tx: Transaction, issuerId: string): Promise<string | undefined> {
  return (await issuers.get(tx, issuerId))?.account
}

export function saveFederation(tx: Transaction, account: string, federation: OutboundFederation): void {
  federations.put(tx, federation, account)
  issuers.put(tx, { account }, federation.issuerId)
}

export function newFederation(): OutboundFederation {
  return { issuerId: uuid(), enabled: true }
}

/** Where the server answers what issuers publish, below its public URL. */
export const issuerPath = '/_keyturn/issuer/'

/** The `iss` claim of an account's tokens, which must be a URL that others reach this server by. */
export function issuerUrl(
  { issuerId }: Pick<OutboundFederation, 'issuerId'>,
  { publicUrl }: Pick<Platform, 'publicUrl'>,
): string {
  const url = publicUrl?.()
  if (url === undefined) throw noPublicUrl()
  return `${url}${issuerPath}${issuerId}`
}

const ownIssuer = /\/_keyturn\/issuer\/([0-9a-f-]{36})\/?$/

/** Whether a token's issuer is an account of this very server, by whatever name the server goes. */
export async function isOwnIssuer(tx: Transaction, issuer: string): Promise<boolean> {
  const [, id] = ownIssuer.exec(issuer) ?? []
  return id !== undefined && (await accountOfIssuer(tx, id)) !== undefined
}
