import type {
  CompactMember,
  CompactModel,
  CompactOperation,
  CompactShape,
  ErrorTraits,
  Metadata,
  Pagination,
  ServiceName,
} from '../../src/aws/protocols/model.ts'
import type { Json, PublishedModel } from './botocore.ts'

/** One correction of a published model: of a shape's constraints or of the metadata. */
export interface Patch {
  readonly service: string
  readonly shape?: string
  readonly set?: Json
  readonly metadata?: Json
  readonly because: string
}

/** Which service, and which of its operations where not all of them matter here: the others keep their names only. */
export interface Selection {
  readonly service: ServiceName
  readonly operations?: readonly string[]
}

/** Keeps of a published model what clients can see on the wire, with the patches applied. */
export function compactModel(
  { service, operations: selected }: Selection,
  published: PublishedModel,
  patches: readonly Patch[],
  source: string,
): CompactModel {
  const ours = patches.filter((patch) => patch.service === service)
  const all = Object.keys(published.operations).toSorted()
  const strange = selected?.find((name) => !all.includes(name))
  if (strange !== undefined) throw new Error(`the published model has no operation ${strange}`)
  const operations = Object.fromEntries(
    all.map((name) => {
      const operation = compactOperation(published.operations[name] as Json, published.pagination[name])
      return [name, !selected || selected.includes(name) ? operation : nameOnly(operation)]
    }),
  )
  const shapes = reachable(operations, published)
  for (const { shape: name, set } of ours) {
    if (name === undefined) continue
    if (!shapes[name] || !set)
      throw new Error(`patches.json corrects ${service} ${name}, which the model does not have`)
    const same = Object.entries(set).every(([trait, value]) => shapes[name]?.[trait as keyof CompactShape] === value)
    if (same) throw new Error(`patches.json corrects ${service} ${name} to what the model says already`)
    shapes[name] = { ...shapes[name], ...set }
  }
  const metadata = Object.assign(compactMetadata(published.metadata), ...ours.map((patch) => patch.metadata ?? {}))
  return { service, source, metadata, operations, shapes }
}

function compactMetadata(metadata: Json): Metadata {
  const { protocol, apiVersion, serviceId, endpointPrefix, jsonVersion, targetPrefix, xmlNamespace } = metadata
  const signingName = metadata['signingName'] ?? endpointPrefix
  return present({
    protocol,
    apiVersion,
    serviceId,
    endpointPrefix,
    signingName,
    jsonVersion,
    targetPrefix,
    xmlNamespace: namespaceUri(xmlNamespace),
  }) as unknown as Metadata
}

function nameOnly({ method, uri }: CompactOperation): CompactOperation {
  return { method, uri }
}

function compactOperation(operation: Json, pagination: Json | undefined): CompactOperation {
  const http = operation['http'] as { method: string; requestUri: string; responseCode?: number }
  const output = operation['output'] as (Json & { shape: string; resultWrapper?: string }) | undefined
  const errors = ((operation['errors'] ?? []) as { shape: string }[]).map((error) => error.shape).toSorted()
  return present({
    method: http.method,
    uri: http.requestUri,
    status: http.responseCode === 200 ? undefined : http.responseCode,
    input: (operation['input'] as { shape: string } | undefined)?.shape,
    output: output?.shape,
    resultWrapper: output?.resultWrapper,
    errors: errors.length > 0 ? errors : undefined,
    unsigned: operation['authtype'] === 'none' ? true : undefined,
    pagination: pagination && compactPagination(pagination),
  }) as unknown as CompactOperation
}

function compactPagination(pagination: Json): Pagination {
  const many = (value: unknown) => (Array.isArray(value) ? value : [value]) as readonly string[]
  return present({
    inputToken: many(pagination['input_token']),
    outputToken: many(pagination['output_token']),
    limitKey: pagination['limit_key'],
    moreResults: pagination['more_results'],
    resultKey: many(pagination['result_key']),
  }) as unknown as Pagination
}

/** The shapes that the operations lead to, by name in alphabetical order. */
function reachable(
  operations: Readonly<Record<string, CompactOperation>>,
  published: PublishedModel,
): Record<string, CompactShape> {
  const found = new Map<string, CompactShape>()
  const visit = (name: string): void => {
    if (found.has(name)) return
    const shape = published.shapes[name]
    if (!shape) throw new Error(`the published model has no shape ${name}`)
    const compact = compactShape(shape)
    found.set(name, compact)
    for (const member of [...Object.values(compact.members ?? {}), compact.member, compact.key, compact.value]) {
      if (member !== undefined) visit(typeof member === 'string' ? member : member.shape)
    }
  }
  for (const { input, output, errors = [] } of Object.values(operations)) {
    for (const name of [input, output, ...errors]) if (name !== undefined) visit(name)
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function compactShape(shape: Json): CompactShape {
  const members = shape['members'] as Readonly<Record<string, Json>> | undefined
  const required = shape['required'] as readonly string[] | undefined
  return present({
    type: shape['type'],
    required: required && required.length > 0 ? required : undefined,
    members:
      members && Object.fromEntries(Object.entries(members).map(([name, member]) => [name, compactMember(member)])),
    member: shape['member'] && compactMember(shape['member'] as Json),
    key: shape['key'] && compactMember(shape['key'] as Json),
    value: shape['value'] && compactMember(shape['value'] as Json),
    min: shape['min'],
    max: shape['max'],
    pattern: shape['pattern'],
    enum: shape['enum'],
    sensitive: shape['sensitive'],
    union: shape['union'],
    document: shape['document'],
    flattened: shape['flattened'],
    box: shape['box'],
    streaming: shape['streaming'],
    payload: shape['payload'],
    timestampFormat: shape['timestampFormat'],
    error: shape['exception'] === true ? compactError(shape) : undefined,
  }) as unknown as CompactShape
}

function compactError(shape: Json): ErrorTraits {
  const error = (shape['error'] ?? {}) as { code?: string; httpStatusCode?: number }
  return present({
    code: error.code,
    status: error.httpStatusCode,
    fault: shape['fault'] === true || (error.httpStatusCode ?? 400) >= 500 ? 'server' : undefined,
  }) as ErrorTraits
}

function compactMember(member: Json): CompactMember {
  const traits = present({
    location: member['location'],
    locationName: member['locationName'],
    queryName: member['queryName'],
    flattened: member['flattened'],
    xmlAttribute: member['xmlAttribute'],
    xmlNamespace: namespaceUri(member['xmlNamespace']),
    timestampFormat: member['timestampFormat'],
    idempotencyToken: member['idempotencyToken'],
    box: member['box'],
    streaming: member['streaming'],
  })
  const shape = member['shape'] as string
  return Object.keys(traits).length === 0 ? shape : { shape, ...traits }
}

function namespaceUri(namespace: unknown): unknown {
  return typeof namespace === 'object' && namespace !== null ? (namespace as { uri?: unknown }).uri : namespace
}

function present(values: Json): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
