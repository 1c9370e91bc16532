import type { Tag } from '../models/ssm.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { duplicateTags, reservedTag, tooManyTags, unknownResourceId, unknownResourceType } from './messages.ts'
import { ownParameter } from './parameter.ts'
import type { ParameterRecord, TagRecord } from './records.ts'

const mostTags = 50

/** The parameter whose tags an operation is about; tags of other things of Systems Manager are not kept. */
export async function taggedParameter(
  { ResourceType, ResourceId }: { readonly ResourceType: string; readonly ResourceId: string },
  finding: Finding,
): Promise<Resource<ParameterRecord>> {
  if (ResourceType !== 'Parameter') throw unknownResourceType()
  return ownParameter(ResourceId, finding, unknownResourceId)
}

/** Tags with others added; one whose key is there keeps its place and gets the new value. */
export function newTags(tags: readonly TagRecord[], added: readonly Tag[]): readonly TagRecord[] {
  const values = new Map(tags.map(({ key, value }) => [key, value]))
  const keys = new Set(added.map(({ Key }) => Key))
  if (keys.size < added.length) throw duplicateTags()
  for (const { Key: key, Value: value } of added) {
    if (/^aws:/i.test(key)) throw reservedTag()
    values.set(key, value)
  }
  if (values.size > mostTags) throw tooManyTags()
  return Array.from(values, ([key, value]) => ({ key, value }))
}
