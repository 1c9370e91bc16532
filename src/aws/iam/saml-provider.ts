import type { KeyObject } from 'node:crypto'
import { derivation, table } from '../../store/table.ts'
import type { Transaction } from '../../store/store.ts'
import { parseArn } from '../../iam/arn.ts'
import type { Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Resource } from '../resource.ts'
import type { Tag } from '../tags.ts'
import { badMetadata, encryptedAssertions, samlProviderNotFound, unparsableArn } from './messages.ts'
import { keyOf, readMetadata, type SamlMetadata } from './saml-metadata.ts'
import { tagValues } from './tags.ts'

/** A SAML identity provider whose assertions an account takes. */
export interface SamlProviderRecord extends SamlMetadata {
  readonly name: string
  readonly arn: string
  readonly account: string
  readonly id: string
  readonly document: string
  readonly createdAt: number
  readonly tags: readonly Tag[]
}

/** By account and name in lower case. */
export const samlProviders = table<SamlProviderRecord>({ name: 'iam/saml-provider', version: 1 })

/** The keys that a provider may sign with. */
export const signingKeys = derivation(({ certificates }: SamlProviderRecord): readonly KeyObject[] =>
  certificates.flatMap((certificate) => keyOf(certificate) ?? []),
)

export function samlProviderArn(name: string, { caller, region }: Finding['call']): string {
  return `arn:${partitionOf(region)}:iam::${caller.account}:saml-provider/${name}`
}

/** A provider of any account by its ARN; nothing where the text is no such ARN. */
export async function findSamlProvider(tx: Transaction, arn: string): Promise<SamlProviderRecord | undefined> {
  const parsed = parseArn(arn)
  if (parsed?.service !== 'iam' || !parsed.resource.startsWith('saml-provider/')) return undefined
  const name = parsed.resource.slice('saml-provider/'.length).toLowerCase()
  const provider = await samlProviders.get(tx, parsed.account, name)
  return provider?.arn === arn ? provider : undefined
}

/** Rule for operations on a provider by its ARN, in the caller's account. */
export async function samlProviderWithArn(
  { SAMLProviderArn: arn }: { readonly SAMLProviderArn: string },
  { tx, call }: Finding,
): Promise<Resource<SamlProviderRecord>> {
  const { account } = call.caller
  if (!parseArn(arn)?.resource.startsWith('saml-provider/')) throw unparsableArn()
  const record = await findSamlProvider(tx, arn)
  if (record?.account !== account) return { arn, account, missing: samlProviderNotFound(arn) }
  return { arn, account, tags: tagValues(record.tags), record }
}

export function saveSamlProvider(record: SamlProviderRecord, { tx }: Pick<Finding, 'tx'>): void {
  samlProviders.put(tx, record, record.account, record.name.toLowerCase())
}

const longestDocument = 200_000

/** What a metadata document says; refuses one that is none, or longer than a record should be. */
export function checkMetadata(document: string): SamlMetadata {
  const metadata = document.length > longestDocument ? undefined : readMetadata(document)
  if (!metadata) throw badMetadata()
  return metadata
}

/** Refuses the members that ask for encrypted assertions, which are not taken here. */
export function refuseEncryption(input: {
  readonly AssertionEncryptionMode?: unknown
  readonly AddPrivateKey?: unknown
  readonly RemovePrivateKey?: unknown
}): void {
  if (
    input.AssertionEncryptionMode !== undefined ||
    input.AddPrivateKey !== undefined ||
    input.RemovePrivateKey !== undefined
  ) {
    throw encryptedAssertions()
  }
}
