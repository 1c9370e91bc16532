import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { type LoadedConfig, loadConfig, type Override } from '../config/load.ts'
import { portNumber, positiveNumber } from './arguments.ts'

interface ConfigFlags {
  readonly config?: string
  readonly port?: number
  readonly address?: string
  readonly data?: string
  readonly workers?: number
}

const flagPaths: Readonly<Record<Exclude<keyof ConfigFlags, 'config'>, readonly string[]>> = {
  port: ['listen', 'port'],
  address: ['listen', 'address'],
  data: ['store', 'folder'],
  workers: ['workers'],
}

const usualFile = 'keyturn.toml'

/** The flags of every command that reads the configuration. */
export function withConfigFlags(command: Command): Command {
  return command
    .option('--config <file>', `the configuration (default: ${usualFile} where it exists)`)
    .option('--port <number>', 'port to listen on', portNumber)
    .option('--address <address>', 'address to listen on')
    .option('--data <folder>', 'folder of the SQLite store')
    .option('--workers <number>', 'serving processes that share the port and the store', positiveNumber)
}

export function configOf(flags: ConfigFlags): LoadedConfig {
  const overrides: Override[] = []
  for (const [name, path] of Object.entries(flagPaths)) {
    const value = flags[name as keyof typeof flagPaths]
    if (value !== undefined) overrides.push({ path, value, from: `--${name}` })
  }
  if (flags.data !== undefined) overrides.unshift({ path: ['store', 'kind'], value: 'sqlite', from: '--data' })
  return loadConfig(flags.config ?? (existsSync(usualFile) ? usualFile : undefined), process.env, overrides)
}
