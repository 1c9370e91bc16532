import { assert } from '../../src/base/assert.ts'
import type { Member, Shape } from '../../src/aws/protocols/model.ts'
import { compilePattern } from '../../src/aws/protocols/pattern.ts'

/** Texts of the forms that published patterns ask for; the first that fits is taken. */
const texts = [
  'contract',
  'alias/contract',
  'arn:aws:lambda:us-east-1:000000000000:function:contract',
  'lambda:InvokeFunction',
  'o-0123456789',
  'arn:aws:lambda:us-east-1:000000000000:layer:contract:1',
  'arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0',
  '/mnt/contract',
  'arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0',
  'arn:aws:lambda:us-east-1:000000000000:capacity-provider:contract',
  '000000000000',
  'arn:aws:iam::000000000000:role/contract',
  'arn:aws:kms:us-east-1:000000000000:key/11111111-2222-4333-8444-555555555555',
  '11111111-2222-4333-8444-555555555555',
  'us-east-1',
  'contract-0123456789-0123456789-0123456789',
  'abcdefghijklmnopqrstuvwxyz012345',
  'AKIAIOSFODNN7EXAMPLE',
  '0123456789abcdef0123456789abcdef01234567',
  '/',
  '/contract/',
  'rate(4 hours)',
  '2h',
  'https://example.com',
  '123456',
  '{}',
  'Type',
  'v1',
  'RS256',
  'kms:Decrypt',
  'arn:aws:rolesanywhere:us-east-1:000000000000:trust-anchor/contract',
  'CONTRACT0123456789012345',
  'cluster-2a23b4cdefg',
  '/contract/kms/xks/v1',
  'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789',
  '0123456789abcdef'.repeat(4),
  'x'.repeat(1000),
]

export interface SampleOptions {
  /** Optional members as well, one level of recursion deep. */
  readonly everything?: boolean
  /** What stands in every sensitive member that may hold it. */
  readonly canary?: string
  /** Values for members by name, where a made-up one would not do. */
  readonly given?: Readonly<Record<string, unknown>>
}

/** A value that the model's constraints accept, as the JSON that a client would send. */
export function sampleOf(shape: Shape, options: SampleOptions = {}, depth = 0): unknown {
  switch (shape.type) {
    case 'structure':
      return sampleStructure(shape, options, depth)
    case 'list':
      return Array.from({ length: Math.max(1, shape.min ?? 1) }, () =>
        sampleOf((shape.element as Member).shape, options, depth + 1),
      )
    case 'map':
      return {
        [String(sampleOf((shape.key as Member).shape, options, depth + 1))]: sampleOf(
          (shape.element as Member).shape,
          options,
          depth + 1,
        ),
      }
    case 'string':
      return sampleText(shape, options)
    case 'blob':
      return Buffer.from(shape.sensitive && options.canary ? options.canary : 'contract').toString('base64')
    case 'boolean':
      return false
    case 'timestamp':
      return 1_900_000_000
    default:
      return Math.max(1, shape.min ?? 1)
  }
}

function sampleStructure(shape: Shape, options: SampleOptions, depth: number): object {
  const value: Record<string, unknown> = {}
  for (const { name, required, shape: member } of shape.members) {
    if (options.given && Object.hasOwn(options.given, name) && depth === 0) value[name] = options.given[name]
    else if (required || (options.everything && depth < 3)) value[name] = sampleOf(member, options, depth + 1)
  }
  return value
}

function sampleText(shape: Shape, { canary }: SampleOptions): string {
  if (shape.enum && shape.enum.length > 0) return shape.enum[0] as string
  const pattern = shape.pattern === undefined ? undefined : compilePattern(shape.pattern)
  const fits = (text: string) =>
    text.length >= (shape.min ?? 0) &&
    text.length <= (shape.max ?? Number.POSITIVE_INFINITY) &&
    (pattern?.test(text) ?? true)
  if (shape.sensitive && canary !== undefined && fits(canary)) return canary
  const found = texts.find(fits)
  assert(found !== undefined, `no sample text fits ${shape.name} (${shape.pattern})`)
  return found
}
