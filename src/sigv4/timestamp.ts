const httpFormat =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Milliseconds since 1970 of `20261123T014455Z`, or nothing where the text is not that or names no real moment. Read
 * digit by digit because every request comes through here.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text.length !== 16 || text[8] !== 'T' || text[15] !== 'Z') return undefined
  const year = digits(text, 0, 4)
  const month = digits(text, 4, 6)
  const day = digits(text, 6, 8)
  const hour = digits(text, 9, 11)
  const minute = digits(text, 11, 13)
  const second = digits(text, 13, 15)
  if (!(year >= 1970 && month >= 1 && month <= 12 && hour <= 23 && minute <= 59 && second <= 59)) return undefined
  const moment = Date.UTC(year, month - 1, day, hour, minute, second)
  // Date.UTC carries 30 February over into March.
  return new Date(moment).getUTCDate() === day ? moment : undefined
}

/** The number that decimal digits say, or NaN. */
function digits(text: string, start: number, end: number): number {
  let number = 0
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/** Milliseconds since 1970 of `Mon, 23 Nov 2026 01:44:55 GMT` (RFC 9110, the preferred form), or nothing. */
export function parseHttpDate(text: string): number | undefined {
  if (!httpFormat.test(text)) return undefined
  const moment = Date.parse(text)
  return moment >= 0 && new Date(moment).toUTCString() === text ? moment : undefined
}

/** A moment in ISO 8601 basic format to the second, as signatures write it. */
export function formatTimestamp(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`
}
