import type { ParameterStringFilter, ParametersFilter } from '../models/ssm.ts'
import * as messages from './messages.ts'
import { pathOf } from './parameter.ts'
import type { ParameterRecord } from './records.ts'

/** A filter that was checked: it has values, unless it asks for a tag whatever its value. */
export interface ParameterFilter {
  readonly key: string
  readonly option: string
  readonly values: readonly string[]
}

/** What an operation lets filters ask about. */
export interface FilterRules {
  readonly keys: readonly string[]
  /** As AWS's refusal lists them. */
  readonly told: string
  readonly tags: boolean
}

export const describeRules: FilterRules = {
  keys: ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType'],
  told: 'Path, Name, Type, KeyId, Tier',
  tags: true,
}
export const byPathRules: FilterRules = { keys: ['Type', 'KeyId', 'Label'], told: 'Type, KeyId', tags: false }

const enumerations: Readonly<Record<string, readonly string[]>> = {
  __proto__: null as never,
  Tier: ['Standard', 'Advanced', 'Intelligent-Tiering'],
  Type: ['String', 'StringList', 'SecureString'],
}

/** Checks the filters of a request. */
export function readFilters(
  given: readonly ParameterStringFilter[] | undefined,
  rules: FilterRules,
): readonly ParameterFilter[] {
  const seen = new Set<string>()
  return (given ?? []).map(({ Key: key, Option, Values: values = [] }) => {
    const tag = key.startsWith('tag:')
    if (tag ? !rules.tags : !rules.keys.includes(key)) throw messages.invalidFilterKey(key, rules.told)
    if (!tag && values.length === 0) throw messages.filterValueMissing(key)
    if (seen.has(key)) throw messages.duplicateFilter(key)
    seen.add(key)
    const option = Option ?? (key === 'Path' ? 'OneLevel' : 'Equals')
    checkOption(key, option)
    for (const value of values) checkValue(key, value)
    return { key, option, values: key === 'Name' && option !== 'Contains' ? values.map(asPath) : values }
  })
}

/** The older form of filters, whose names are beginnings. */
export function readOldFilters(given: readonly ParametersFilter[]): readonly ParameterFilter[] {
  return given.map(({ Key: key, Values: values }) => ({
    key,
    option: key === 'Name' ? 'BeginsWith' : 'Equals',
    values: key === 'Name' ? values.map(asPath) : values,
  }))
}

function asPath(name: string): string {
  return name.startsWith('/') ? name : `/${name}`
}

function checkOption(key: string, option: string): void {
  if (key === 'Path') {
    if (!['Recursive', 'OneLevel'].includes(option)) throw messages.invalidFilterOption(option, 'Recursive, OneLevel')
    return
  }
  const valid =
    key === 'Label' ? ['Equals'] : key === 'Name' ? ['BeginsWith', 'Equals', 'Contains'] : ['BeginsWith', 'Equals']
  if (!valid.includes(option)) throw messages.invalidFilterOption(option, valid.slice(0, 2).join(', '))
}

function checkValue(key: string, value: string): void {
  const valid = enumerations[key]
  if (valid && !valid.includes(value)) throw messages.invalidFilterValue(value, valid.join(', '))
  if (key !== 'Path') return
  if (/^\/(?:aws|ssm)/i.test(value)) throw messages.reservedPathFilter()
  if (!/^(?:\/[A-Za-z0-9_.-]+)*\/?$/.test(value) || value === '') throw messages.invalidPath()
}

/** Whether a parameter fits every filter: one value of each. */
export function fitsAll(parameter: ParameterRecord, filters: readonly ParameterFilter[]): boolean {
  return filters.every((filter) => fits(parameter, filter))
}

function fits(parameter: ParameterRecord, { key, option, values }: ParameterFilter): boolean {
  const { current, labels, tags } = parameter
  if (key === 'Path') return values.some((path) => isBelow(pathOf(parameter), path, option === 'Recursive'))
  if (key === 'Label') return labels.some(([label]) => values.includes(label))
  if (key.startsWith('tag:')) {
    const tag = tags.find((candidate) => candidate.key === key.slice('tag:'.length))
    return tag !== undefined && (values.length === 0 || values.some((value) => compare(tag.value, option, value)))
  }
  const held: Readonly<Record<string, string | undefined>> = {
    Name: pathOf(parameter),
    Type: current.type,
    KeyId: current.encryption?.keyId,
    Tier: current.tier,
    DataType: current.dataType,
  }
  const text = held[key]
  return text !== undefined && values.some((value) => compare(text, option, value))
}

function compare(text: string, option: string, value: string): boolean {
  if (option === 'BeginsWith') return text.startsWith(value)
  return option === 'Contains' ? text.includes(value) : text === value
}

function isBelow(name: string, path: string, recursive: boolean): boolean {
  const above = path.endsWith('/') ? path : `${path}/`
  return name.startsWith(above) && (recursive || !name.includes('/', above.length))
}
