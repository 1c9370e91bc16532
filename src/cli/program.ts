import { Command } from 'commander'
import { version } from '../base/version.ts'
import { accountCommand } from './account.ts'
import { agentCommand } from './agent.ts'
import { auditCommand } from './audit.ts'
import { backupCommand } from './backup.ts'
import { barrierCommand } from './barrier.ts'
import { decryptCommand } from './decrypt.ts'
import { devCommand } from './dev.ts'
import { encryptCommand } from './encrypt.ts'
import { execCommand } from './exec.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { explainCommand } from './explain.ts'
import { initCommand } from './init.ts'
import { rotationCommand } from './rotation.ts'
import { serverCommand } from './server.ts'
import { statusCommand } from './status.ts'

/** The whole command line; one line a command. */
export function program(): Command {
  const root = new Command('keyturn')
    .description('A self-hosted secrets server that speaks the AWS APIs for secrets.')
    .version(version, '-V, --version')
    .showHelpAfterError('(keyturn --help shows what there is)')
    .configureHelp({ sortSubcommands: true })
    .exitOverride()
  for (const command of [
    devCommand(),
    serverCommand(),
    initCommand(),
    statusCommand(),
    accountCommand(),
    barrierCommand(),
    backupCommand(),
    rotationCommand(),
    auditCommand(),
    importCommand(),
    exportCommand(),
    execCommand(),
    agentCommand(),
    explainCommand(),
    encryptCommand(),
    decryptCommand(),
  ]) {
    root.addCommand(withOverride(command))
  }
  return root
}

/** Errors of the command line are thrown, so that one place decides about exit codes. */
function withOverride(command: Command): Command {
  command.exitOverride()
  for (const child of command.commands) withOverride(child as Command)
  return command
}
