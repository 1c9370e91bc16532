import { Command } from 'commander'
import { configOf, withConfigFlags } from './config-flags.ts'
import { bold, print, printJson } from './output.ts'

export function initCommand(): Command {
  return withConfigFlags(new Command('init'))
    .description('Make a new store: its root key, and the first credentials, which are printed once.')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  keyturn init --config /etc/keyturn/keyturn.toml')
    .action(async (flags) => {
      const { initialiseStore } = await import('../initialise-store.ts')
      const { account, accessKeyId, secretAccessKey, keyFile } = await initialiseStore(configOf(flags))
      if (flags.json) {
        printJson({ account, accessKeyId, secretAccessKey: secretAccessKey.reveal(), keyFile })
        return
      }
      print(bold('The store is ready.'))
      if (keyFile)
        print(
          `\nThe seal key is in ${keyFile}. Without it the store cannot be opened: keep a copy of it apart from the data.`,
        )
      print(`\nThe root credentials of account ${account}, shown this once:\n`)
      print(`  export AWS_ACCESS_KEY_ID=${accessKeyId}`)
      print(`  export AWS_SECRET_ACCESS_KEY=${secretAccessKey.reveal()}`)
      print('\nNext: start «keyturn server», then make an IAM user for daily work and put these away.')
    })
}
