import { Command } from 'commander'
import { print, printJson } from './output.ts'
import { type AccessFlags, callServer, serverAccess } from './server-client.ts'
import { withServerFlags } from './server-flags.ts'

export function barrierCommand(): Command {
  const command = new Command('barrier').description('The encryption of the store.')
  withServerFlags(command.command('rotate'))
    .description('Begin a new term of the key that encrypts the store; what is stored stays readable.')
    .addHelpText('after', '\nExample:\n  keyturn barrier rotate')
    .action(async (flags: AccessFlags & { json?: true }) => {
      const rotated = await callServer(serverAccess(flags), 'keyturn', 'Keyturn.RotateBarrierKey', {})
      if (flags.json) printJson(rotated)
      else print(`Writes are now encrypted under term ${String(rotated['BarrierTerm'])}.`)
    })
  return command
}
