import { Command } from 'commander'
import { bold, print, printJson } from './output.ts'
import { type AccessFlags, callServer, serverAccess } from './server-client.ts'
import { withServerFlags } from './server-flags.ts'

export function rotationCommand(): Command {
  const command = new Command('rotation').description('The rotation of secrets.')
  withServerFlags(command.command('status'))
    .description('Say what the rotation of a secret is at: step, attempt, last error, next attempt, and the repair.')
    .argument('<secret>', 'its name or ARN')
    .addHelpText(
      'after',
      '\nExample:\n  keyturn rotation status prod/database\n\nExit codes: 0 it goes on, 1 it has failed or is blocked.',
    )
    .action(showStatus)
  return command
}

async function showStatus(secret: string, flags: AccessFlags & { json?: true }): Promise<void> {
  const access = serverAccess(flags)
  const status = await callServer(access, 'keyturn', 'Keyturn.GetRotationStatus', { SecretId: secret })
  if (flags.json) printJson(status)
  else printStatus(status)
  if (status['Status'] === 'Retrying' || status['Status'] === 'Blocked') process.exitCode = 1
}

/** What each status means, in words. */
const meanings: Readonly<Record<string, string>> = {
  NotConfigured: 'no rotation is set up',
  Disabled: 'rotation is turned off',
  Waiting: 'waiting for the next rotation',
  Running: 'a rotation is under way',
  Retrying: 'the rotation has failed and will be tried again',
  Blocked: 'a version is pending that no rotation is about',
}

const rows: readonly (readonly [label: string, member: string])[] = [
  ['Function', 'RotationFunction'],
  ['Pending version', 'VersionId'],
  ['Step', 'Step'],
  ['Attempt', 'Attempt'],
  ['Began', 'StartedDate'],
  ['Last error', 'LastErrorType'],
  ['In step', 'LastErrorStep'],
  ['At', 'LastErrorDate'],
  ['It said', 'LastErrorDetail'],
  ['Planned', 'PlannedDate'],
  ['Last rotation', 'LastResult'],
  ['Ended', 'LastResultDate'],
]

function printStatus(status: Readonly<Record<string, unknown>>): void {
  const name = String(status['Status'])
  print(`${bold(String(status['Name']))}: ${meanings[name] ?? name}`)
  for (const [label, member] of rows) {
    const value = status[member]
    if (value === undefined) continue
    const text = member.endsWith('Date') ? new Date(Number(value) * 1000).toISOString() : printable(value)
    print(`  ${label.padEnd(16)} ${text}`)
  }
  if (status['Repair'] !== undefined) print(`\n${printable(status['Repair'])}`)
}

/** What functions and databases said must not move the cursor of a terminal. */
function printable(value: unknown): string {
  return String(value).replaceAll(/\p{Cc}/gu, '\u{fffd}')
}
