#!/usr/bin/env node
import { TrailRefused } from './audit/chain-end.ts'
import { type Command, CommanderError } from 'commander'
import { program } from './cli/program.ts'
import { CliError, remark } from './cli/output.ts'
import { ConfigError } from './config/load.ts'
import { SealRefused } from './seal/seal.ts'

/** Runs one command line. Exit codes: 0 done, 1 refused or failed, 2 the command line or the configuration is wrong. */
async function main(command: Command): Promise<void> {
  try {
    await command.parseAsync(process.argv)
  } catch (error) {
    process.exitCode = tell(error)
  }
}

function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof CliError) {
    remark(error.message)
    return error.exitCode
  }
  if (error instanceof ConfigError) {
    remark(error.message)
    return 2
  }
  if (error instanceof SealRefused || error instanceof TrailRefused) {
    remark(error.message)
    return 1
  }
  const { code, message, stack } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    remark('The port is in use. Stop the program that listens there, or choose another with --port.')
  else remark(code ? message : (stack ?? message))
  return 1
}

await main(program())
