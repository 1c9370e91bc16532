import { parseArn } from '../../iam/arn.ts'
import type { Call } from '../call.ts'
import { partitionOf } from '../partition.ts'
import { badFunctionName, otherRegion, qualifiersDiffer } from './messages.ts'

/** A function, or with a qualifier one of its versions or aliases, as a request names it. */
export interface FunctionReference {
  readonly account: string
  readonly region: string
  readonly name: string
  /** A version or an alias; absent for the function itself. */
  readonly qualifier?: string
}

const longestName = 64

/**
 * The forms in which requests name functions: `name`, `account:function:name`, an ARN, each with or without a qualifier at its end;
 * a qualifier that is given for itself must not say otherwise.
 */
export function readReference(text: string, qualifier: string | undefined, call: Call): FunctionReference {
  const { region, ...named } = text.startsWith('arn:') ? readArn(text) : readShort(text, call)
  if (named.name.length > longestName) throw badFunctionName()
  if (region !== call.region) throw otherRegion(region, call.region)
  if (qualifier !== undefined && named.qualifier !== undefined && qualifier !== named.qualifier)
    throw qualifiersDiffer()
  const said = qualifier ?? named.qualifier
  return { account: named.account, region, name: named.name, ...(said !== undefined && { qualifier: said }) }
}

function readArn(text: string): FunctionReference {
  const arn = parseArn(text)
  const [kind, name, qualifier] = arn?.resource.split(':') ?? []
  if (!arn || arn.service !== 'lambda' || kind !== 'function' || !name) throw badFunctionName()
  return { account: arn.account, region: arn.region, name, ...(qualifier !== undefined && { qualifier }) }
}

function readShort(text: string, { caller, region }: Call): FunctionReference {
  const parts = text.split(':')
  const partial = /^\d{12}$/.test(parts[0] ?? '') && parts.length > 1
  const account = partial ? (parts.shift() as string) : caller.account
  if (parts[0] === 'function' && parts.length > 1) parts.shift()
  const [name = '', qualifier] = parts
  if (name === '' || parts.length > 2) throw badFunctionName()
  return { account, region, name, ...(qualifier !== undefined && { qualifier }) }
}

/** The ARN of a function, or of what a qualifier says. */
export function functionArn(
  { account, region, name }: Pick<FunctionReference, 'account' | 'region' | 'name'>,
  qualifier?: string,
): string {
  const arn = `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`
  return qualifier === undefined ? arn : `${arn}:${qualifier}`
}
