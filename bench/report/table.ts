import type { Goal } from './goals.ts'
import type { Result, StartResult } from './result.ts'
import type { RotationFindings } from './rotation.ts'

const mebibyte = 1024 * 1024

const columns = [
  'variant',
  'secrets',
  'scenario',
  'req/s',
  'p50 ms',
  'p99 ms',
  'CPU µs',
  'bare req/s',
  'bare CPU µs',
  'CPU share',
  'req/s share',
  'answer B',
  'RSS MB',
  'peak MB',
] as const

/** All results as a table for a terminal. */
export function resultTable(results: readonly Result[]): string {
  return aligned([columns, ...results.map(cells)])
}

function cells(result: Result): readonly string[] {
  const { ours, bare } = result
  return [
    result.variant,
    String(result.secrets),
    result.invalid ? `${result.scenario} (invalid)` : result.scenario,
    ours.requestsPerSecond.toFixed(0),
    ours.p50.toFixed(2),
    ours.p99.toFixed(2),
    ours.processorMicroseconds.toFixed(1),
    bare.requestsPerSecond.toFixed(0),
    bare.processorMicroseconds.toFixed(1),
    result.processorShare.toFixed(3),
    result.rateShare.toFixed(3),
    String(result.answerBytes),
    (result.residentBytes / mebibyte).toFixed(0),
    (result.peakBytes / mebibyte).toFixed(0),
  ]
}

export function startTable(starts: readonly StartResult[]): string {
  const rows = starts.map(({ program, variant, secrets, milliseconds, residentBytes }) => [
    `keyturn ${program}`,
    variant,
    String(secrets),
    milliseconds.toFixed(0),
    (residentBytes / mebibyte).toFixed(0),
  ])
  return aligned([['program', 'variant', 'secrets', 'first answer ms', 'RSS MB'], ...rows])
}

export function rotationTable({ rotations, looks }: RotationFindings): string {
  const rows = rotations.map((result) => [
    result.variant,
    String(result.due),
    result.rotationsPerSecond.toFixed(0),
    result.saturatedReadsPerSecond.toFixed(0),
    result.readsPerSecond.toFixed(0),
    result.quietP99.toFixed(2),
    result.meanwhileP99.toFixed(2),
    result.invalid ?? '',
  ])
  const head = ['variant', 'due', 'rotations/s', 'reads/s at most', 'reads/s', 'p99 ms quiet', 'p99 ms meanwhile', '']
  const costs = looks.map(({ notDue, microseconds }) => [String(notDue), microseconds.toFixed(1)])
  const tables = [rows.length > 0 && aligned([head, ...rows]), costs.length > 0 && aligned([lookHead, ...costs])]
  return tables.filter((table) => table !== false).join('\n\n')
}

const lookHead = ['planned, not due', 'µs a look']

export function goalTable(goals: readonly Goal[]): string {
  return aligned(goals.map(({ about, text, met }) => [met ? 'met' : 'MISSED', about, text]))
}

/** Columns that begin with a digit in their second row are numbers, and end together. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const right = (rows[1] ?? []).map((cell) => /^[\d.]+$/.test(cell))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (right[at] ? cell.padStart(widths[at] as number) : cell.padEnd(widths[at] as number)))
      .join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
