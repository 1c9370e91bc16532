import { fromBase64 } from '../../base/bytes.ts'
import { type Faults, malformed } from './faults.ts'
import type { Shape } from './model.ts'
import { type Format, listFound, mapFound } from './format.ts'

const largestInteger = 2 ** 31 - 1
const latestTime = 8.64e15

/**
 * What parsed JSON means. The texts are those measured on an aws-json 1.1 service: a number where a string belongs is
 * «NUMBER_VALUE can not be converted to a String»; a fraction where an integer belongs is cut off without complaint.
 */
export const jsonFormat: Format = {
  nameOf: ({ name, location, locationName }) => (location === undefined ? (locationName ?? name) : name),
  // A lone surrogate has no UTF-8 form, so it could not be kept as it is.
  string: (raw, faults) =>
    typeof raw !== 'string' ? mismatch(raw, 'a String', faults) : raw.isWellFormed() ? raw : malformed(faults),
  blob: (raw, faults) =>
    typeof raw === 'string' ? (fromBase64(raw) ?? malformed(faults)) : mismatch(raw, 'a Blob', faults),
  boolean: (raw, faults) => (typeof raw === 'boolean' ? raw : mismatch(raw, 'a Boolean', faults)),
  integer: (raw, faults) => whole(raw, 'an Integer', largestInteger, faults),
  long: (raw, faults) => whole(raw, 'a Long', Number.MAX_SAFE_INTEGER, faults),
  float: (raw, faults) => finite(raw, 'a Float', faults),
  double: (raw, faults) => finite(raw, 'a Double', faults),
  timestamp: (raw, faults, shape) => timestamp(raw, shape, faults),
}

function whole(raw: unknown, target: string, largest: number, faults: Faults): number | undefined {
  if (typeof raw !== 'number') return mismatch(raw, target, faults)
  const value = Math.trunc(raw)
  return Math.abs(value) <= largest ? value + 0 : malformed(faults)
}

function finite(raw: unknown, target: string, faults: Faults): number | undefined {
  if (typeof raw !== 'number') return mismatch(raw, target, faults)
  return Number.isFinite(raw) ? raw : malformed(faults)
}

/** Seconds since 1970, with a fraction; a shape may ask for a date in text. */
function timestamp(raw: unknown, shape: Shape, faults: Faults): number | undefined {
  if (typeof raw === 'string' && shape.timestampFormat === 'iso8601') return readIsoTime(raw) ?? malformed(faults)
  if (typeof raw !== 'number') return mismatch(raw, 'milliseconds since epoch', faults)
  const value = Math.round(raw * 1000)
  return Math.abs(value) <= latestTime ? value : malformed(faults)
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** Milliseconds since 1970 of an RFC 3339 time, or nothing. */
export function readIsoTime(text: string): number | undefined {
  if (!isoTime.test(text)) return undefined
  const value = Date.parse(text)
  return Number.isNaN(value) ? undefined : value
}

function mismatch(raw: unknown, target: string, faults: Faults): undefined {
  if (Array.isArray(raw)) return malformed(faults, listFound)
  if (typeof raw === 'object') return malformed(faults, mapFound)
  return malformed(faults, `${kindOf(raw)} can not be converted to ${target}`)
}

function kindOf(raw: unknown): string {
  if (typeof raw === 'number') return 'NUMBER_VALUE'
  if (typeof raw === 'boolean') return raw ? 'TRUE_VALUE' : 'FALSE_VALUE'
  return 'STRING_VALUE'
}
