import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { readLine } from '../audit/chain.ts'
import { segmentFiles } from '../audit/chain-end.ts'
import { verifyChain } from '../audit/verify.ts'
import { bad, CliError, good, print, printJson } from './output.ts'

const usualFolder = './data/audit'

export function auditCommand(): Command {
  const command = new Command('audit').description(
    'Read and verify the audit trail, on the machine where its files are.',
  )
  command
    .command('verify')
    .description('Check that no record was altered, removed or added, and that the signed digests hold.')
    .argument('[folder]', 'the folder of the trail, or of one chain', usualFolder)
    .option(
      '--public-key <file>',
      'the key of the digests, kept where an intruder could not write (default: the copy beside the chain)',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  keyturn audit verify /var/lib/keyturn/audit --public-key keyturn-audit.pem')
    .action((folder: string, flags: { publicKey?: string; json?: true }) => {
      const publicKey = flags.publicKey === undefined ? undefined : readFileSync(flags.publicKey, 'utf8')
      const results = chainsIn(folder).map((chain) => ({ chain, ...verifyChain(chain, publicKey) }))
      if (flags.json) printJson(results)
      else for (const result of results) print(describe(result))
      if (results.some(({ ok }) => !ok)) throw new CliError('The audit trail does not verify.')
    })
  command
    .command('tail')
    .description('Print the newest records, one JSON event a line.')
    .argument('[folder]', 'the folder of one chain, or of the trail', usualFolder)
    .option('-n, --lines <number>', 'how many', '10')
    .option('-f, --follow', 'go on with what comes')
    .addHelpText('after', '\nExample:\n  keyturn audit tail --follow | jq .eventName')
    .action(async (folder: string, flags: { lines: string; follow?: true }) => {
      const chains = chainsIn(folder)
      for (const chain of chains) printLast(chain, Number(flags.lines))
      if (flags.follow) await Promise.all(chains.map(follow))
    })
  return command
}

/** The folder itself where it is a chain, else the chains in it. */
function chainsIn(folder: string): readonly string[] {
  if (!existsSync(folder))
    throw new CliError(`There is no folder ${folder}. Name the one that the configuration calls audit.folder.`)
  if (segmentFiles(folder).length > 0) return [folder]
  const chains = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory() && segmentFiles(path).length > 0)
  if (chains.length === 0) throw new CliError(`${folder} holds no audit trail.`)
  return chains
}

function describe(result: { chain: string } & ReturnType<typeof verifyChain>): string {
  if (!result.ok) return `${bad('✗')} ${result.chain}: ${result.fault}`
  const { chain, records, digests, unsigned, fingerprint } = result
  return `${good('✓')} ${chain}: ${records} records, ${digests} digests by ${fingerprint}, ${unsigned} records not signed yet`
}

function printLast(chain: string, count: number): void {
  const lines: string[] = []
  for (const name of segmentFiles(chain).toReversed()) {
    lines.unshift(...readFileSync(join(chain, name), 'utf8').split('\n').filter(Boolean).slice(-count))
    if (lines.length >= count) break
  }
  for (const line of lines.slice(-count)) printEvent(line)
}

function printEvent(line: string): void {
  const record = readLine(line)
  if (record) print(record.json)
}

const lookEveryMilliseconds = 250

/** Prints what is appended to a chain until the process ends. */
async function follow(chain: string): Promise<void> {
  let name = segmentFiles(chain).at(-1) as string
  let position = statSync(join(chain, name)).size
  let rest = ''
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMilliseconds))
    const newest = segmentFiles(chain).at(-1) as string
    const file = await open(join(chain, name))
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(Math.max(0, size - position)),
      0,
      Math.max(0, size - position),
      position,
    )
    await file.close()
    position += bytesRead
    const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) printEvent(line)
    if (newest !== name && bytesRead === 0) {
      name = newest
      position = 0
    }
  }
}
