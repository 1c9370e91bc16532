import type { GetParametersRequest, Parameter } from '../models/ssm.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { operation } from './operation.ts'
import { demandOn } from './parameter.ts'
import { lookUp, readWanted, type Wanted } from './wanted.ts'

/** Why a name of a list has no parameter behind it; other refusals are the whole request's. */
const absent = new Set(['ParameterNotFound', 'ParameterVersionNotFound'])

/** Reads up to ten parameters; names with nothing behind them are told apart. The caller needs to be allowed every one. */
export const getParameters = operation('GetParameters', {
  on: findAll,
  async handle(input, all: readonly Wanted[], context) {
    const found: Parameter[] = []
    const invalid: string[] = []
    for (const wanted of all) {
      if (wanted.facts.arn !== context.resource.arn) {
        await context.require(demandOn('ssm:GetParameters', wanted.facts, context.resource))
      }
      const read = await readWanted(context, wanted, input.WithDecryption ?? false)
      if (!('refused' in read)) found.push(read)
      else if (absent.has(read.refused.code)) invalid.push(wanted.text)
      else throw read.refused
    }
    return { Parameters: found, InvalidParameters: invalid }
  },
})

async function findAll(input: GetParametersRequest, finding: Finding): Promise<Resource<readonly Wanted[]>> {
  const names = [...new Set(input.Names)]
  const all = await Promise.all(names.map((name) => lookUp(name, input.WithDecryption ?? false, finding)))
  return { ...(all[0] as Wanted).facts, record: all }
}
