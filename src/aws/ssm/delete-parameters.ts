import type { DeleteParametersRequest } from '../models/ssm.ts'
import type { Finding } from '../operation.ts'
import type { Resource, ResourceFacts } from '../resource.ts'
import { tellChange } from './events.ts'
import { operation } from './operation.ts'
import { bareFacts, demandOn, ownParameter, pathOf } from './parameter.ts'
import type { ParameterRecord } from './records.ts'
import { removeParameter } from './write-parameter.ts'

interface Named {
  readonly name: string
  readonly facts: ResourceFacts
  readonly parameter: ParameterRecord | undefined
}

/** Deletes up to ten parameters; those that are not there are named in the answer. */
export const deleteParameters = operation('DeleteParameters', {
  on: findAll,
  async handle(_input, all: readonly Named[], context) {
    const deleted: Named[] = []
    const gone = new Set<string>()
    for (const named of all) {
      if (named.facts.arn !== context.resource.arn) {
        await context.require(demandOn('ssm:DeleteParameters', named.facts, context.resource))
      }
      if (!named.parameter || gone.has(pathOf(named.parameter))) continue
      gone.add(pathOf(named.parameter))
      await removeParameter(context.tx, named.parameter)
      tellChange({ ...context, at: context.call.now }, 'Delete', named.parameter)
      deleted.push(named)
    }
    context.note({ resources: resourcesBeside(deleted, context.resource) })
    return {
      DeletedParameters: deleted.map(({ name }) => name),
      InvalidParameters: all.filter(({ parameter }) => !parameter).map(({ name }) => name),
    }
  },
})

async function findAll(input: DeleteParametersRequest, finding: Finding): Promise<Resource<readonly Named[]>> {
  const all = await Promise.all(
    input.Names.map(async (name): Promise<Named> => {
      const found = await ownParameter(name, finding)
      return { name, facts: bareFacts(found), parameter: 'record' in found ? found.record : undefined }
    }),
  )
  return { ...(all[0] as Named).facts, record: all }
}

function resourcesBeside(all: readonly Named[], first: ResourceFacts) {
  return all
    .filter(({ facts }) => facts.arn !== first.arn)
    .map(({ facts }) => ({ arn: facts.arn, account: facts.account, type: facts.type ?? '' }))
}
