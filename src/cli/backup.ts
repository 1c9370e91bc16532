import { Command } from 'commander'
import type { backUpStore } from '../back-up-store.ts'
import type { Config } from '../config/schema.ts'
import { configOf, withConfigFlags } from './config-flags.ts'
import { CliError, good, print, printJson } from './output.ts'
import { startProgress } from './progress.ts'
import { makeNew } from './whole-file.ts'

type Refusal = Extract<Awaited<ReturnType<typeof backUpStore>>, { refused: string }>

export function backupCommand(): Command {
  return withConfigFlags(new Command('backup'))
    .description('Copy a SQLite store into a new file while the server runs, and verify the copy.')
    .argument('<file>', 'where to; nothing may be there yet')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nThe copy is the store at one moment, as encrypted as the store. Keep the seal key and the audit folder too, apart from it: docs/operations.md.\n\nExamples:\n  keyturn backup keyturn-backup.sqlite\n  keyturn backup --config /etc/keyturn/keyturn.toml --json /backups/keyturn.sqlite',
    )
    .action(async (file: string, flags) => {
      const config = configOf(flags)
      const { backUpStore } = await import('../back-up-store.ts')
      const takenAt = new Date().toISOString()
      const { bytes, head } = await makeNew(file, async (beside) => {
        const copied = await backUpStore(config, beside, progress())
        if ('refused' in copied) throw new CliError(whyNot(copied, config.store))
        return copied
      })
      if (flags.json) printJson({ file, takenAt, bytes, commit: head })
      else print(`${good('✓')} ${file}: ${bytes} bytes, up to commit ${head}, verified.`)
    })
}

function whyNot(refusal: Refusal, store: Config['store']): string {
  if (store.kind === 'postgres')
    return 'The store is in PostgreSQL, whose own tools copy it while the server runs: pg_dump --format=custom --schema=keyturn --file=FILE URL'
  if (refusal.refused === 'damaged') return `The copy does not verify, and is not kept: ${refusal.fault}.`
  return `There is no store in ${store.folder}. Name its folder with --data, or the configuration with --config.`
}

/** Only a terminal shows how far it is: pages come by the thousand. */
function progress(): (copied: number, all: number) => void {
  if (!process.stderr.isTTY) return () => {}
  let shown: ReturnType<typeof startProgress> | undefined
  return (copied, all) => {
    shown ??= startProgress('Copied pages', all)
    shown.reach(copied)
  }
}
