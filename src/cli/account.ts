import { Command } from 'commander'
import { accountNumber } from './arguments.ts'
import { bold, print, printJson, printTable } from './output.ts'
import { type AccessFlags, callServer, serverAccess } from './server-client.ts'
import { withServerFlags } from './server-flags.ts'

export function accountCommand(): Command {
  const command = new Command('account').description('Make and list the accounts of a server.')
  withServerFlags(command.command('create'))
    .description('Make an account; the access key of its root is printed once.')
    .argument('<id>', 'its number, 12 digits', accountNumber)
    .option('--name <name>', 'what to call it')
    .addHelpText('after', '\nExample:\n  keyturn account create 222222222222 --name staging')
    .action(async (id: string, flags: AccessFlags & { name?: string; json?: true }) => {
      const input = { AccountId: id, ...(flags.name && { Name: flags.name }) }
      const made = await callServer(serverAccess(flags), 'keyturn', 'Keyturn.CreateAccount', input)
      if (flags.json) {
        printJson(made)
        return
      }
      print(`${bold(`Account ${id} is ready.`)} The credentials of its root, shown this once:\n`)
      print(`  export AWS_ACCESS_KEY_ID=${String(made['AccessKeyId'])}`)
      print(`  export AWS_SECRET_ACCESS_KEY=${String(made['SecretAccessKey'])}`)
    })
  withServerFlags(command.command('list'))
    .description('List the accounts.')
    .action(async (flags: AccessFlags & { json?: true }) => {
      const accounts = await listAccounts(flags)
      if (flags.json) printJson(accounts)
      else printTable(['ACCOUNT', 'NAME', 'CREATED'], accounts.map(row))
    })
  return command
}

interface Account {
  readonly AccountId: string
  readonly Name?: string
  readonly CreatedDate: number
}

function row({ AccountId, Name = '', CreatedDate }: Account): readonly string[] {
  return [AccountId, Name, new Date(CreatedDate * 1000).toISOString()]
}

async function listAccounts(flags: AccessFlags): Promise<readonly Account[]> {
  const access = serverAccess(flags)
  const accounts: Account[] = []
  let token: unknown
  do {
    const page = await callServer(
      access,
      'keyturn',
      'Keyturn.ListAccounts',
      token === undefined ? {} : { NextToken: token },
    )
    accounts.push(...(page['Accounts'] as Account[]))
    token = page['NextToken']
  } while (token !== undefined)
  return accounts
}
