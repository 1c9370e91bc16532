import type { CompileValue } from './operator.ts'

const iso =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?)?)?$/
const epochSeconds = /^-?\d{5,16}$/

/**
 * The moment that a text tells of, in milliseconds since 1970: one of the ISO 8601 forms that W3C's profile has (a year alone up to
 * fractions of a second; without a zone it is UTC), or whole seconds since 1970.
 */
export function parseMoment(text: string): number | undefined {
  if (epochSeconds.test(text)) return Number(text) * 1000
  const found = iso.exec(text)
  if (found === null) return undefined
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = found
  const milliseconds = Number(`0.${fraction || '0'}`) * 1000
  const offset = zoneMinutes(zone)
  if (offset === undefined || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  date.setUTCFullYear(Number(year))
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined
  const sinceMidnight = (Number(hour) * 60 + Number(minute) - offset) * 60_000 + Number(second) * 1000
  return date.getTime() + sinceMidnight + milliseconds
}

function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(':', '') || '0')
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** The `Date…` operators compare moments, however each side writes them. */
export function dateOperator(compare: (actual: number, wanted: number) => boolean): CompileValue {
  return (value) => {
    const wanted = parseMoment(value)
    if (wanted === undefined) return { refused: 'value' }
    return {
      test: (text) => {
        const actual = parseMoment(text)
        return actual !== undefined && compare(actual, wanted)
      },
    }
  }
}
