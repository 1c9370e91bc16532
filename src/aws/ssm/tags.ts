import type { Tag as WireTag } from '../models/ssm.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { addTags, type Tag } from '../tags.ts'
import { duplicateTags, reservedTag, tooManyTags, unknownResourceId, unknownResourceType } from './messages.ts'
import { ownParameter } from './parameter.ts'
import type { ParameterRecord } from './records.ts'

/** The parameter whose tags an operation is about; tags of other things of Systems Manager are not kept. */
export async function taggedParameter(
  { ResourceType, ResourceId }: { readonly ResourceType: string; readonly ResourceId: string },
  finding: Finding,
): Promise<Resource<ParameterRecord>> {
  if (ResourceType !== 'Parameter') throw unknownResourceType()
  return ownParameter(ResourceId, finding, unknownResourceId)
}

export function newTags(present: readonly Tag[], added: readonly WireTag[]): readonly Tag[] {
  if (new Set(added.map(({ Key }) => Key)).size < added.length) throw duplicateTags()
  const tags = added.map(({ Key, Value }) => ({ key: Key, value: Value }))
  return addTags(present, tags, { reserved: reservedTag, tooMany: tooManyTags })
}
