import { parseArn } from '../../iam/arn.ts'
import { partitionOf } from '../partition.ts'
import { invalidName, invalidSelector } from './messages.ts'

/** One level of a path (documentation of Parameter Store, «parameter name constraints»). */
const plainName = /^\/?[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/

/** A parameter as a request names it: by name or ARN, with a version or a label behind a colon or without. */
export interface ParameterReference {
  readonly account: string
  readonly region: string
  /** With its slash in front: `x` and `/x` are one parameter. */
  readonly path: string
  /** What the answer calls it: the name as asked for; nothing where it was asked for by ARN. */
  readonly shown: string | undefined
  /** A version's number or a label. */
  readonly selector: string | undefined
}

export interface Here {
  readonly account: string
  readonly region: string
}

export function hereOf({
  caller,
  region,
}: {
  readonly caller: { readonly account: string }
  readonly region: string
}): Here {
  return { account: caller.account, region }
}

/** Reads a name or an ARN, with a selector or without. */
export function readReference(text: string, here: Here): ParameterReference {
  return text.startsWith('arn:') ? readArn(text, here) : { ...here, ...readSelected(text.trim()) }
}

function readArn(text: string, here: Here): ParameterReference {
  const arn = parseArn(text)
  if (arn?.service !== 'ssm' || arn.account === '' || !arn.resource.startsWith('parameter/')) throw invalidName()
  if (arn.region !== here.region || arn.partition !== partitionOf(arn.region)) throw invalidName()
  const { path, selector } = readSelected(arn.resource.slice('parameter'.length))
  return { account: arn.account, region: arn.region, path, selector, shown: undefined }
}

function readSelected(text: string): Pick<ParameterReference, 'path' | 'shown' | 'selector'> {
  const colon = text.indexOf(':')
  if (colon === -1) return { path: readPath(text), shown: text, selector: undefined }
  const selector = text.slice(colon + 1)
  if (selector === '' || selector.includes(':')) throw invalidSelector()
  const name = text.slice(0, colon)
  return { path: readPath(name), shown: name, selector }
}

/** The path of a name that may be a parameter's; a name of several levels begins with a slash. */
export function readPath(name: string): string {
  if (!plainName.test(name) || /^\/?ssm/i.test(name)) throw invalidName()
  if (name.startsWith('/')) return name
  if (name.includes('/')) throw invalidName()
  return `/${name}`
}

export function levelsOf(path: string): string[] {
  return path.slice(1).split('/')
}

/**
 * The segments of a parameter's key: the levels above it, an empty one, and its own. So all that is below a path lies
 * together, and so do the parameters of one level: each list is a range of keys, whatever else there is.
 */
export function keySegments(path: string): readonly string[] {
  const levels = levelsOf(path)
  const own = levels.pop() as string
  return [...levels, '', own]
}

/** `/a/b` is `…:parameter/a/b`. */
export function parameterArn(account: string, region: string, path: string): string {
  return `arn:${partitionOf(region)}:ssm:${region}:${account}:parameter${path}`
}
