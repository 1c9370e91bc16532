import { parseArgs } from 'node:util'

export interface Options {
  /** Sizes of the store, smallest first. */
  readonly sizes: readonly number[]
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  readonly workers: number
  /** Parts of the names of scenarios, in lower case; all scenarios where it is empty. */
  readonly only: readonly string[]
  readonly variants: readonly string[]
  readonly quick: boolean
  readonly json: string | undefined
  /** The folder in which SQLite stores are kept from run to run. */
  readonly keep: string | undefined
  readonly baseline: boolean
  readonly profile: string | undefined
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const help = `Measures a Keyturn server against a node:http server that answers a constant, in the same run.

Usage: npm run bench -- [options]

  --secrets <n,…>      sizes of the store (default 1000)
  --variants <a,…>     sqlite, small-cache, audit-sync, postgres, postgres-uncached, workers, or all (default sqlite)
  --only <part,…>      only the scenarios with one of these names, or whose names contain one of these; «rotations» is
                       reads at half rate while 10000 secrets rotate, «looks» the cost of looking for due work
  --seconds <n>        measured seconds of a round (default 3)
  --rounds <n>         rounds, of which the medians count (default 3)
  --connections <n>    keep-alive connections, each with one request under way (default 32)
  --workers <n>        serving processes of the variant «workers» (default 2)
  --quick              short rounds, to catch what has become much slower: fails below the floors
  --keep <folder>      make SQLite stores there, one for each size, and use those that are there already
  --json <file>        also write the results as JSON
  --baseline           everything at 1000, 100000 and 1000000 secrets, written to bench/baseline.json
  --profile <folder>   write a processor profile of each server (its figures then count for nothing)
  --help

Examples:
  npm run bench
  npm run bench -- --only get,put --seconds 5
  npm run bench -- --only rotations,looks
  npm run bench -- --secrets 1000,1000000 --only GetSecretValue,ListSecrets
  npm run bench -- --variants postgres,postgres-uncached --json postgres.json
`

/** Reads the command line; `help` where that is asked for. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parsed(args)
  if (values.help) return 'help'
  const { quick = false, baseline = false } = values
  return {
    sizes: baseline ? [1_000, 100_000, 1_000_000] : sizes(values.secrets),
    seconds: number('seconds', values.seconds, quick ? 0.6 : 3),
    rounds: whole('rounds', values.rounds, quick ? 2 : 3),
    connections: whole('connections', values.connections, 32),
    workers: whole('workers', values.workers, 2),
    only: list(values.only).map((part) => part.toLowerCase()),
    variants: baseline ? ['all'] : list(values.variants ?? 'sqlite'),
    quick,
    baseline,
    json: values.json,
    keep: values.keep,
    profile: values.profile,
  }
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        secrets: text,
        variants: text,
        only: text,
        seconds: text,
        rounds: text,
        connections: text,
        workers: text,
        quick: flag,
        json: text,
        keep: text,
        baseline: flag,
        profile: text,
        help: flag,
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function list(text = ''): readonly string[] {
  return text.split(',').filter((part) => part !== '')
}

function sizes(text = '1000'): readonly number[] {
  return list(text)
    .map((part) => whole('secrets', part, 0))
    .sort((a, b) => a - b)
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  const value = number(name, text, otherwise)
  if (!Number.isInteger(value)) throw new UsageError(`--${name} needs a whole number, not «${text}».`)
  return value
}

function number(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  if (!(value > 0)) throw new UsageError(`--${name} needs a number above 0, not «${text}».`)
  return value
}
