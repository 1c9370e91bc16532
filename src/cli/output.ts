import { styleText } from 'node:util'

/** A command cannot do what was asked; the message says what happened and what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2))
}

/** Progress and remarks, beside what a script reads from standard output. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function bold(text: string): string {
  return styleText('bold', text, { stream: process.stdout })
}

export function good(text: string): string {
  return styleText('green', text, { stream: process.stdout })
}

export function bad(text: string): string {
  return styleText('red', text, { stream: process.stdout })
}

/** Rows in columns as wide as their widest cell. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd()
  print(bold(line(header)))
  for (const row of rows) print(line(row))
}
