import type { Command } from 'commander'

/** The flags that say where a server is. */
export function withAccessFlags(command: Command): Command {
  return command
    .option('--endpoint <url>', 'the server (default: KEYTURN_ENDPOINT, AWS_ENDPOINT_URL, http://127.0.0.1:8200)')
    .option('--region <name>', 'the region to sign for')
}

/** The flags of every command that talks to a server and prints what it answers. */
export function withServerFlags(command: Command): Command {
  return withAccessFlags(command).option('--json', 'print the result as JSON')
}
