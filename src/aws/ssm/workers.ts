import type { Job, Scheduler } from '../../schedule/scheduler.ts'
import type { Gateway } from '../invoke.ts'
import type { Platform } from '../platform.ts'
import { tellChange, tellPolicy } from './events.ts'
import { momentOf, type PolicyId, policyKind } from './policy-schedule.ts'
import { parameterKey, type ParameterRecord, parameters } from './records.ts'
import { removeParameter, writeParameter } from './write-parameter.ts'

/** Has the scheduler carry out the policies of parameters. */
export function registerSsmWorkers(scheduler: Scheduler, { platform }: Pick<Gateway, 'platform'>): void {
  scheduler.register(policyKind, (job) => carryOut(job, platform))
}

/** A policy that was put off meanwhile is due again at its new moment, and is left to that. */
async function carryOut(job: Job, platform: Platform): Promise<void> {
  const [account, region, path, index] = JSON.parse(job.id) as PolicyId
  await platform.store.transaction(async (tx) => {
    await job.finish(tx)
    const parameter = await parameters.get(tx, ...parameterKey(account, region, path))
    const policy = parameter?.current.policies[index]
    const moment = parameter && momentOf(parameter, index)
    if (!parameter || !policy || moment === undefined || moment > job.at) return
    const telling = { tx, platform, at: platform.clock.now() }
    tellPolicy(telling, parameter, policy)
    if (policy.rule.type === 'Expiration') {
      await removeParameter(tx, parameter)
      tellChange(telling, 'Delete', parameter)
    } else writeParameter(tx, finished(parameter, index))
  })
}

function finished(parameter: ParameterRecord, index: number): ParameterRecord {
  const policies = parameter.current.policies.map((policy, at) =>
    at === index ? { ...policy, status: 'Finished' as const } : policy,
  )
  return { ...parameter, current: { ...parameter.current, policies } }
}
