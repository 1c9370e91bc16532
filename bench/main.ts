// Measures a server as it is built, and prints what it saw. `--help` says how.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Driver, startDriver } from './driver/driver.ts'
import { type Cores, shareCores } from './host/cores.ts'
import { type BareServer, measure, startBareServer, type Timing } from './measure.ts'
import { help, type Options, readOptions, UsageError } from './options.ts'
import { goalsOf } from './report/goals.ts'
import { type Result, resultOf, type StartResult, shareOf } from './report/result.ts'
import { readResults, type RotationFindings, rotationResult, type RotationResult } from './report/rotation.ts'
import { goalTable, resultTable, rotationTable, startTable } from './report/table.ts'
import { type LookResult, timeLooks } from './rotation/looks.ts'
import { measureRotations } from './rotation/rotations.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { type Variant, variants } from './scenarios/variants.ts'
import { start } from './server/keyturn.ts'
import type { StoreKind } from './server/place.ts'
import { keepStage, mostReal, type Stage, setStage } from './stage.ts'
import { timeDev, timeServer } from './starts.ts'

interface Findings extends RotationFindings {
  readonly results: Result[]
  readonly starts: StartResult[]
  readonly rotations: RotationResult[]
  readonly looks: LookResult[]
}

const bareProgram = fileURLToPath(new URL('./bare-server.ts', import.meta.url))
const baselineFile = fileURLToPath(new URL('./baseline.json', import.meta.url))
const warmSeconds = 1.5
const quickWarmSeconds = 0.6
const notDue = [1_000, 1_000_000]

process.exitCode = await main()

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options === 'help') {
      process.stdout.write(help)
      return 0
    }
    const chosen = choose(options)
    const findings = await run(options, chosen)
    tell(options, findings)
    return exitCode(options, findings)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\nTry --help.\n`)
    return 2
  }
}

function choose({ variants: chosen, workers, only }: Options): readonly Variant[] {
  const all = variants(workers)
  const unknown = chosen.find((name) => name !== 'all' && !all.some((variant) => variant.name === name))
  if (unknown !== undefined) throw new UsageError(`There is no variant «${unknown}».`)
  const names = new Set(all.flatMap((variant) => variant.scenarios.map(({ name }) => name.toLowerCase())))
  const wanted = ({ name }: Scenario): boolean => {
    const own = name.toLowerCase()
    return only.length === 0 || only.some((part) => (names.has(part) ? own === part : own.includes(part)))
  }
  return all
    .filter(({ name }) => chosen.includes('all') || chosen.includes(name))
    .map((variant) => ({ ...variant, scenarios: variant.scenarios.filter(wanted) }))
    .filter(({ scenarios }) => scenarios.length > 0)
}

/** What takes a minute of its own: a quick run has it where it is asked for. */
function wants(section: 'rotations' | 'looks', { only, quick }: Options): boolean {
  return only.length === 0 ? !quick : only.some((part) => section.includes(part))
}

async function run(options: Options, chosen: readonly Variant[]): Promise<Findings> {
  const findings: Findings = { results: [], starts: [], rotations: [], looks: [] }
  const cores = shareCores(1)
  if (!cores.apart) say('There are too few cores (or no taskset) to keep server and driver apart: expect less of both.')
  findings.starts.push(await timeDev(cores))
  const driver = await startDriver(cores)
  const bare = startBareServer(bareProgram, cores)
  try {
    for (const kind of new Set(chosen.map(({ store }) => store))) {
      await runOn(kind, { options, chosen: chosen.filter(({ store }) => store === kind), driver, bare, findings })
    }
    if (wants('rotations', options)) await runRotations({ options, chosen, driver, bare, findings })
    if (wants('looks', options)) {
      say(`Timing looks for due work with ${notDue.join(' and ')} pieces planned.`)
      findings.looks.push(...(await timeLooks(notDue)))
    }
  } finally {
    await Promise.all([driver.stop(), bare.stop()])
  }
  return findings
}

interface Bench {
  readonly options: Options
  readonly chosen: readonly Variant[]
  readonly driver: Driver
  readonly bare: BareServer
  readonly findings: Findings
}

/** Measures every chosen variant on stores of one kind, from the smallest to the largest. */
async function runOn(kind: StoreKind, bench: Bench): Promise<void> {
  const { keep, sizes } = bench.options
  const [smallest = 1_000] = sizes
  if (keep !== undefined && kind === 'sqlite') {
    for (const size of sizes) await runOnKept(size, size === smallest, keep, bench)
    return
  }
  say(`Making a ${kind} store of ${smallest} secrets.`)
  const stage = await setStage(kind, smallest, shareCores(1))
  try {
    for (const size of bench.options.sizes) {
      const due = bench.chosen.filter(({ everySize }) => everySize || size === smallest)
      if (due.length === 0) continue
      if (size > smallest) say(`Growing it to ${size} secrets.`)
      await stage.growTo(size)
      for (const variant of due) await runVariant(variant, stage, bench)
    }
  } finally {
    await stage.remove()
  }
}

async function runOnKept(size: number, smallest: boolean, folder: string, bench: Bench): Promise<void> {
  say(`A sqlite store of ${size} secrets, kept in ${folder}.`)
  const stage = await keepStage(size, join(folder, `sqlite-${size}`), shareCores(1))
  for (const variant of bench.chosen.filter(({ everySize }) => everySize || smallest)) {
    await runVariant(variant, stage, bench)
  }
}

async function runVariant(variant: Variant, stage: Stage, { options, driver, bare, findings }: Bench): Promise<void> {
  const { secrets, world } = stage
  const workers = variant.settings.workers ?? 1
  const cores: Cores = shareCores(workers)
  const place = { variant: variant.name, secrets }
  if (!options.quick && workers === 1) {
    findings.starts.push(await timeServer(() => stage.toStart(variant.settings, cores), place))
  }
  const timing: Timing = { ...options, warmSeconds: options.quick ? quickWarmSeconds : warmSeconds }
  const server = await start(await stage.toStart(variant.settings, cores, options.profile))
  try {
    for (const scenario of variant.scenarios) {
      say(`${variant.name}, ${secrets} secrets: ${scenario.name}, ${scenario.about}.`)
      const measurement = await measure(scenario, { world, secrets }, { driver, bare, server, timing })
      findings.results.push(resultOf({ ...place, cores: workers }, scenario, measurement))
    }
  } finally {
    await server.stop()
  }
}

async function runRotations({ options, driver, bare, findings }: Bench): Promise<void> {
  const cores = shareCores(1)
  say(`Making a sqlite store of ${mostReal} secrets.`)
  const stage = await setStage('sqlite', mostReal, cores)
  try {
    const timing: Timing = { ...options, warmSeconds: options.quick ? quickWarmSeconds : warmSeconds }
    const server = await start(await stage.toStart({}, cores, options.profile))
    try {
      say(`sqlite, ${mostReal} secrets: reads at half rate while all of them rotate.`)
      const measured = await measureRotations(stage, mostReal, { driver, bare, server, timing })
      const place = { variant: 'sqlite', secrets: mostReal }
      findings.results.push(...readResults(place, measured))
      findings.rotations.push(rotationResult(place, measured))
    } finally {
      await server.stop()
    }
  } finally {
    await stage.remove()
  }
}

function tell({ json, baseline }: Options, findings: Findings): void {
  const { results, starts, rotations, looks } = findings
  const goals = goalsOf(results, starts, findings)
  const tables = [resultTable(results), startTable(starts), rotationTable(findings), goalTable(goals)]
  process.stdout.write(`\n${tables.filter((table) => table !== '').join('\n\n')}\n`)
  for (const { scenario, variant, invalid, disturbed } of results) {
    const remark = invalid ?? disturbed
    if (remark) process.stdout.write(`${scenario}, ${variant}: ${remark}.\n`)
  }
  const [processor] = cpus()
  const document = {
    date: new Date().toISOString().slice(0, 10),
    machine: { processor: processor?.model.trim(), cores: cpus().length, node: process.versions.node },
    results,
    starts,
    rotations,
    looks,
    goals,
  }
  const text = `${JSON.stringify(document, (_, value) => (typeof value === 'number' ? rounded(value) : value), 2)}\n`
  if (json !== undefined) writeFileSync(json, text)
  if (baseline) writeFileSync(baselineFile, text)
}

/** Four digits are more than a measurement is worth. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4))
}

function exitCode({ quick }: Options, { results }: Findings): number {
  if (!quick) return 0
  const valid = results.filter(({ invalid }) => invalid === undefined)
  const slow = valid.filter((result) => result.target && shareOf(result, result.target) < result.target.floor)
  for (const { scenario, target } of slow) {
    say(`${scenario} is much slower than it should be: its share of the bare server is below ${target?.floor}.`)
  }
  return slow.length > 0 ? 1 : 0
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
