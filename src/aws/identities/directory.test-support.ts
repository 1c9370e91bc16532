import { type Harness, openHarness } from '../../../test/harness.ts'
import type { Caller } from '../call.ts'
import { iam } from '../iam/index.ts'
import type { IamOperations } from '../models/iam.ts'
import type { StsOperations } from '../models/sts.ts'
import type { Organization } from '../organization.ts'
import type { Credential, CredentialRefusal, Platform } from '../platform.ts'
import type { Quotas } from '../quotas.ts'
import { sts } from '../sts/index.ts'
import { openIdentities } from './open-identities.ts'

export const account = '111111111111'

/** What an operation that gives credentials answers. */
export interface Keys {
  readonly AccessKeyId: string
  readonly SessionToken?: string
}

type Output<T> = T extends object ? { readonly [K in keyof T]-?: Output<Exclude<T[K], undefined>> } : T

/** IAM and STS over a store in memory, with the identities that they keep. */
export interface Directory {
  readonly harness: Harness
  readonly root: Caller
  readonly iam: <N extends keyof IamOperations>(
    operation: N,
    input: IamOperations[N]['input'],
    as?: Caller,
  ) => Promise<Output<IamOperations[N]['output']>>
  readonly sts: <N extends keyof StsOperations>(
    operation: N,
    input: StsOperations[N]['input'],
    as: Caller,
  ) => Promise<Output<StsOperations[N]['output']>>
  /** What a request signed with these keys finds. */
  readonly credential: (keys: Keys) => Promise<Credential | CredentialRefusal>
  /** The caller that these keys make; fails where they are refused. */
  readonly caller: (keys: Keys) => Promise<Caller>
  /** A user with a policy that allows everything, or the given document, signed in with a key of its own. */
  readonly user: (name: string, document?: string) => Promise<Caller>
  /** A role that trusts a principal, with the given permissions. */
  readonly role: (name: string, trust: string, document?: string) => Promise<string>
}

export async function openDirectory(
  options: {
    readonly dev?: boolean
    readonly quotas?: Partial<Quotas>
    readonly organization?: Organization
    readonly publicUrl?: Platform['publicUrl']
  } = {},
): Promise<Directory> {
  const { dev = false, quotas = {}, organization, publicUrl } = options
  const harness = await openHarness([iam, sts], {
    dev,
    quotas,
    ...(publicUrl && { publicUrl }),
    organization,
    identities: ({ clock }) => openIdentities({ clock, dev, managementAccount: account, organization }),
  })
  const root = harness.root(account)
  const directory: Directory = {
    harness,
    root,
    iam: (operation, input, as = root) => harness.call(as, 'iam', operation, input) as never,
    sts: (operation, input, as) => harness.call(as, 'sts', operation, input) as never,
    credential({ AccessKeyId, SessionToken }) {
      const { store, identities } = harness.platform
      return store.transaction((tx) => identities.credential(tx, AccessKeyId, SessionToken))
    },
    async caller(keys) {
      const credential = await directory.credential(keys)
      if (typeof credential === 'string') throw new Error(`refused: ${credential}`)
      return credential.caller
    },
    async user(name, document = allowing('*')) {
      await directory.iam('CreateUser', { UserName: name })
      await directory.iam('PutUserPolicy', { UserName: name, PolicyName: 'own', PolicyDocument: document })
      const { AccessKey } = await directory.iam('CreateAccessKey', { UserName: name })
      return directory.caller(AccessKey)
    },
    async role(name, trust, document) {
      const { Role } = await directory.iam('CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust })
      if (document !== undefined) {
        await directory.iam('PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument: document })
      }
      return Role.Arn
    },
  }
  return directory
}

/** A policy that allows actions. */
export function allowing(action: string | readonly string[], resource = '*', condition?: object): string {
  return policyOf({ Effect: 'Allow', Action: action, Resource: resource, Condition: condition })
}

/** A trust policy that lets principals assume a role. */
export function trusting(
  principal: string | readonly string[],
  { action = 'sts:AssumeRole', condition }: { action?: string | readonly string[]; condition?: object } = {},
): string {
  return policyOf({ Effect: 'Allow', Principal: { AWS: principal }, Action: action, Condition: condition })
}

export function policyOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}
