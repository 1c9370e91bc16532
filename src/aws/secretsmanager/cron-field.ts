/** The values that one field of a cron expression may have. */
export interface FieldRange {
  readonly least: number
  readonly most: number
  /** Names in the order of values from `least` on: `JAN`, `SUN`. */
  readonly names?: readonly string[]
}

/**
 * The values of a field made of `*`, numbers or names, ranges with a hyphen, steps behind a slash and lists with commas; in order and
 * each once. Nothing where the text is not such a field. A step without a start counts from the least value.
 */
export function parseCronField(text: string, range: FieldRange): readonly number[] | undefined {
  const values = new Set<number>()
  for (const item of text.split(',')) {
    const found = parseItem(item, range)
    if (found === undefined) return undefined
    for (const value of found) values.add(value)
  }
  return [...values].sort((a, b) => a - b)
}

function parseItem(item: string, range: FieldRange): readonly number[] | undefined {
  const [base = '', step, ...more] = item.split('/')
  if (more.length > 0) return undefined
  const increment = step === undefined ? undefined : parseNumber(step)
  if (step !== undefined && (increment === undefined || increment < 1 || increment > range.most)) return undefined
  const bounds = parseBounds(base, increment !== undefined, range)
  if (!bounds || bounds[0] > bounds[1]) return undefined
  const values: number[] = []
  for (let value = bounds[0]; value <= bounds[1]; value += increment ?? 1) values.push(value)
  return values
}

function parseBounds(base: string, stepped: boolean, range: FieldRange): readonly [number, number] | undefined {
  if (base === '*' || (base === '' && stepped)) return [range.least, range.most]
  const [first = '', last, ...more] = base.split('-')
  if (more.length > 0) return undefined
  const from = parseCronValue(first, range)
  if (from === undefined) return undefined
  if (last === undefined) return [from, stepped ? range.most : from]
  const to = parseCronValue(last, range)
  return to === undefined ? undefined : [from, to]
}

/** One number or name. */
export function parseCronValue(text: string, { least, most, names }: FieldRange): number | undefined {
  const named = names?.indexOf(text.toUpperCase()) ?? -1
  if (named >= 0) return least + named
  const value = parseNumber(text)
  return value !== undefined && value >= least && value <= most ? value : undefined
}

function parseNumber(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined
}
