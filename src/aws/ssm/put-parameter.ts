import { compileLinearPattern } from '../../base/pattern/linear-pattern.ts'
import type { PutParameterRequest } from '../models/ssm.ts'
import type { Context, Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { tellChange } from './events.ts'
import * as messages from './messages.ts'
import { hereOf } from './name.ts'
import { readNewName } from './new-name.ts'
import { operation } from './operation.ts'
import { demandOn, factsOf, factsOfNone, findRecord } from './parameter.ts'
import { readPolicies } from './policies.ts'
import type { ParameterRecord, PolicyRecord, VersionRecord } from './records.ts'
import { newTags } from './tags.ts'
import { decideTier } from './tier.ts'
import { defaultKey, sealValue } from './value.ts'
import { addVersion, createParameter } from './write-parameter.ts'

/** A parameter to be made, or made anew. */
interface Putting {
  readonly name: string
  readonly path: string
  readonly existing: ParameterRecord | undefined
}

/** Makes a parameter, or with `Overwrite` a new version of it. What is not given stays as it was. */
export const putParameter = operation('PutParameter', {
  on: findPutting,
  conditions: (input) => ({
    'ssm:Overwrite': input.Overwrite ?? false,
    'ssm:Policies': input.Policies !== undefined,
  }),
  async handle(input, putting: Putting, context) {
    const { existing, name } = putting
    if (input.Overwrite && input.Tags && input.Tags.length > 0) throw messages.tagsWithOverwrite()
    if (existing && !input.Overwrite) throw messages.alreadyExists()
    const tags = newTags([], input.Tags ?? [])
    if (tags.length > 0) await context.require(demandOn('ssm:AddTagsToResource', context.resource, context.resource))
    const version = await makeVersion(input, putting, context)
    const after: ParameterRecord = existing
      ? await addVersion(context, existing, version)
      : { ...hereOf(context.call), name, current: version, oldest: version.version, labels: [], tags, shares: [] }
    if (!existing) await createParameter(context, after)
    tellChange({ ...context, at: context.call.now }, existing ? 'Update' : 'Create', after)
    return { Version: version.version, Tier: version.tier }
  },
})

async function findPutting(input: PutParameterRequest, finding: Finding): Promise<Resource<Putting>> {
  const { account, region } = hereOf(finding.call)
  const { name, path } = readNewName(input.Name, account, region)
  const existing = await findRecord({ account, region, path }, finding)
  const facts = existing ? factsOf(existing) : factsOfNone(account, region, path)
  return { ...facts, record: { name, path, existing } }
}

async function makeVersion(input: PutParameterRequest, putting: Putting, context: Context): Promise<VersionRecord> {
  const { existing, path } = putting
  const before = existing?.current
  const type = input.Type ?? before?.type
  if (type === undefined) throw messages.typeRequired()
  if (before && before.type !== type) throw messages.typeChanged()
  if (input.KeyId !== undefined && type !== 'SecureString') throw messages.keyWithoutSecureString()
  const text = input.Value.reveal()
  const dataType = input.DataType || before?.dataType || 'text'
  const allowedPattern = input.AllowedPattern ?? before?.allowedPattern
  checkValue(text, { type, dataType, allowedPattern })
  const { now, caller } = context.call
  const policies = input.Policies === undefined ? kept(before?.policies) : readPolicies(input.Policies, now)
  const bytes = Buffer.byteLength(text)
  const tier = await decideTier(context, {
    asked: input.Tier,
    path,
    existing,
    bytes,
    hasPolicies: policies.length > 0,
  })
  const keyId = input.KeyId ?? before?.encryption?.keyId ?? defaultKey
  const stored =
    type === 'SecureString' ? await sealValue(context, context.resource.arn, keyId, tier, input.Value) : { value: text }
  return {
    version: (before?.version ?? 0) + 1,
    type,
    ...stored,
    modifiedAt: now,
    modifiedBy: caller.arn,
    description: input.Description ?? before?.description,
    allowedPattern,
    tier,
    dataType,
    policies,
  }
}

/** Policies outlive a new value; that nothing changed for a while is to be told again. */
function kept(policies: readonly PolicyRecord[] = []): readonly PolicyRecord[] {
  return policies.map((policy) =>
    policy.rule.type === 'NoChangeNotification' ? { ...policy, status: 'Pending' } : policy,
  )
}

interface ValueRules {
  readonly type: string
  readonly dataType: string
  readonly allowedPattern: string | undefined
}

const imageId = /^ami-[0-9A-Za-z]{8,17}$/

function checkValue(text: string, { type, dataType, allowedPattern }: ValueRules): void {
  if (text === '') throw messages.emptyValue()
  const opening = text.indexOf('{{')
  if (opening !== -1 && text.includes('}}', opening + 2)) throw messages.nestedParameter()
  if (!['text', 'aws:ec2:image', 'aws:ssm:integration'].includes(dataType)) throw messages.unsupportedDataType(dataType)
  if (dataType === 'aws:ec2:image') {
    if (type !== 'String') throw messages.dataTypeNeedsString(dataType)
    if (!imageId.test(text)) throw messages.invalidImageId()
  }
  if (allowedPattern) checkPattern(text, allowedPattern)
}

/** No value that could be stored is longer than this: beyond it the pattern need not be tried. */
const longestValue = 8192

function checkPattern(text: string, allowedPattern: string): void {
  const compiled = compileLinearPattern(allowedPattern)
  if ('refused' in compiled) throw messages.invalidAllowedPattern()
  if (text.length > longestValue) return
  const matches = compiled.pattern.matches(text)
  if (matches === 'too-costly') throw messages.invalidAllowedPattern()
  if (!matches) throw messages.patternMismatch(allowedPattern)
}
