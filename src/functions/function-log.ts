import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import type { Secret } from '../base/secret.ts'

const tailBytes = 4096
const largestFile = 5 * 1024 * 1024
const longestLine = 64 * 1024
const mostBytesPerInvocation = 1024 * 1024
const shortestSecret = 4

/**
 * What a function writes, line by line: the newest lines in memory, all of them in a file that is renamed and begun anew when it is
 * full. Values that must not be there are blotted out.
 */
export class FunctionLog {
  readonly #path: string | undefined
  #file: number | undefined
  #size = 0

  /** Without a path nothing is kept. */
  constructor(path: string | undefined) {
    this.#path = path
  }

  write(text: string): void {
    if (this.#path === undefined) return
    try {
      this.#append(this.#path, text)
    } catch {
      // A log that cannot be written must not fail the function.
      this.close()
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #append(path: string, text: string): void {
    if (this.#file !== undefined && this.#size > largestFile) {
      this.close()
      renameSync(path, `${path}.1`)
    }
    if (this.#file === undefined) {
      const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants
      this.#file = openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600)
      this.#size = fstatSync(this.#file).size
    }
    this.#size += writeSync(this.#file, text)
  }
}

/** The output of one invocation. */
export class InvocationLog {
  readonly #log: FunctionLog
  readonly #hidden: readonly string[]
  #tail = ''
  #bytes = 0
  #full = false

  constructor(log: FunctionLog, secrets: readonly Secret<string>[]) {
    this.#log = log
    this.#hidden = formsOf(secrets)
  }

  /** How much was written, what was left out included. */
  get bytes(): number {
    return this.#bytes
  }

  /** The last 4 KB, as `LogType: Tail` shows them. */
  get tail(): Buffer {
    return Buffer.from(this.#tail, 'utf8').subarray(-tailBytes)
  }

  /** A line of this program's own, such as `START`. */
  note(line: string): void {
    this.#keep(`${line}\n`)
  }

  line(line: string): void {
    this.#bytes += line.length + 1
    if (this.#bytes > mostBytesPerInvocation) {
      if (!this.#full) this.#keep(`[what is written beyond ${mostBytesPerInvocation} bytes is left out]\n`)
      this.#full = true
      return
    }
    let shown = line
    for (const hidden of this.#hidden) if (shown.includes(hidden)) shown = shown.replaceAll(hidden, '[redacted]')
    this.#keep(`${shown}\n`)
  }

  #keep(text: string): void {
    this.#tail = (this.#tail + text).slice(-tailBytes)
    this.#log.write(text)
  }
}

/** The texts to look for: the values and how JSON writes them, each line for itself, the longest first. */
function formsOf(secrets: readonly Secret<string>[]): readonly string[] {
  const forms = new Set<string>()
  for (const secret of secrets) {
    const value = secret.reveal()
    for (const text of [...value.split(/\r?\n/), JSON.stringify(value).slice(1, -1)]) {
      if (text.length >= shortestSecret) forms.add(text)
    }
  }
  return [...forms].toSorted((a, b) => b.length - a.length)
}

/** Cuts a stream of bytes into lines; one that is too long is cut before its end. */
export class LineCutter {
  #rest = ''
  readonly #decoder = new TextDecoder('utf-8')
  readonly #onLine: (line: string) => void

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n')
    this.#rest = lines.pop() as string
    for (const line of lines) this.#onLine(line)
    if (this.#rest.length > longestLine) this.flush()
  }

  /** Takes what came without an end of line for a line. */
  flush(): void {
    if (this.#rest !== '') this.#onLine(this.#rest)
    this.#rest = ''
  }
}
