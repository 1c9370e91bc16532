import { type Command, InvalidArgumentError } from 'commander'
import { existsSync } from 'node:fs'
import { reservedPrefix } from '../envelope/context.ts'
import { CliError } from './output.ts'
import type { AccessFlags } from './server-client.ts'
import { withServerFlags } from './server-flags.ts'
import { standard } from './whole-file.ts'

export interface MessageFlags extends AccessFlags {
  readonly key?: readonly string[]
  readonly context?: ReadonlyMap<string, string>
  readonly output?: string
  readonly force?: true
  readonly json?: true
}

/** What encrypting and decrypting a file have in common. */
export function withMessageFlags(command: Command, whichKeys: string, whichContext: string): Command {
  return withServerFlags(command)
    .argument('<file>', 'the file, or - for standard input')
    .option('--key <id>', whichKeys, (id: string, before?: readonly string[]) => [...(before ?? []), id])
    .option('--context <name=value>', whichContext, addEntry)
    .option('--output <file>', 'where to put the result, or - for standard output')
    .option('--force', 'replace a file that is there')
}

function addEntry(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('An entry is name=value.')
  const name = text.slice(0, at)
  if (name.startsWith(reservedPrefix))
    throw new InvalidArgumentError(`Names with ${reservedPrefix} are the format's own.`)
  if (before.has(name)) throw new InvalidArgumentError(`There are two entries «${name}».`)
  return new Map([...before, [name, text.slice(at + 1)]])
}

/** Where the result goes: where the flag says, else beside the file; what comes in by standard input leaves by standard output. */
export function outputOf(
  file: string,
  { output = file === standard ? standard : undefined, force, json }: MessageFlags,
  beside: (file: string) => string | undefined,
): string {
  const to = output ?? beside(file)
  if (to === undefined) throw new CliError('Name the file to write with --output.', 2)
  if (to === standard && json) throw new CliError('Standard output has the result: --json needs an --output file.', 2)
  if (to !== standard && !force && existsSync(to))
    throw new CliError(`${to} is there already: name another with --output, or replace it with --force.`)
  return to
}
