import { counter } from '../../store/counter.ts'
import type { Transaction } from '../../store/store.ts'
import type { ParameterTier } from '../models/ssm.ts'
import type { Context } from '../operation.ts'
import {
  advancedQuotaReached,
  noDowngrade,
  policiesNeedAdvanced,
  standardQuotaReached,
  tooLongForAdvanced,
  tooLongForStandard,
} from './messages.ts'
import { pathOf } from './parameter.ts'
import type { ParameterRecord, StoredTier } from './records.ts'
import { readSetting } from './settings.ts'

const mostBytes = { Standard: 4096, Advanced: 8192 } as const

/** Account, region, tier: how many parameters there are. */
const counts = counter('ssm/count')

/** What decides about the tier of a parameter that is put. */
export interface TierFacts {
  readonly asked: ParameterTier | undefined
  readonly path: string
  readonly existing: ParameterRecord | undefined
  readonly bytes: number
  readonly hasPolicies: boolean
}

/**
 * The tier that a parameter gets: as asked for, or as the account's default setting says. Intelligent tiering takes the
 * advanced one where the standard one cannot hold what is put; an advanced parameter stays so.
 */
export async function decideTier(context: Context, facts: TierFacts): Promise<StoredTier> {
  const { existing, bytes, hasPolicies } = facts
  const tier = await chooseTier(context, facts)
  if (tier === 'Standard' && existing?.current.tier === 'Advanced') throw noDowngrade()
  if (tier === 'Standard' && bytes > mostBytes.Standard) throw tooLongForStandard()
  if (bytes > mostBytes.Advanced) throw tooLongForAdvanced()
  if (tier === 'Standard' && hasPolicies) throw policiesNeedAdvanced()
  if (existing?.current.tier !== tier && (await isFull(context, facts.path, tier))) {
    const { standardParameters, advancedParameters } = context.platform.quotas
    throw tier === 'Standard' ? standardQuotaReached(standardParameters) : advancedQuotaReached(advancedParameters)
  }
  return tier
}

async function chooseTier(context: Context, facts: TierFacts): Promise<StoredTier> {
  const { asked, existing, bytes, hasPolicies, path } = facts
  const wasAdvanced = existing?.current.tier === 'Advanced'
  if (asked === undefined && wasAdvanced) return 'Advanced'
  const wanted = asked ?? ((await readSetting(context, 'default-parameter-tier')) as ParameterTier)
  if (wanted !== 'Intelligent-Tiering') return wanted
  if (wasAdvanced || hasPolicies || bytes > mostBytes.Standard) return 'Advanced'
  return !existing && (await isFull(context, path, 'Standard')) ? 'Advanced' : 'Standard'
}

function isFull({ tx, call, platform }: Context, path: string, tier: StoredTier): Promise<boolean> {
  const { standardParameters, advancedParameters } = platform.quotas
  const most = tier === 'Standard' ? standardParameters : advancedParameters
  return counts.isFull(tx, [call.caller.account, call.region, tier], path, most)
}

/** Counts a parameter that comes, goes or changes its tier. */
export async function countTier(
  tx: Transaction,
  before: ParameterRecord | undefined,
  after: ParameterRecord | undefined,
): Promise<void> {
  if (before?.current.tier === after?.current.tier) return
  for (const [record, change] of [
    [before, -1],
    [after, 1],
  ] as const) {
    if (record) await counts.add(tx, [record.account, record.region, record.current.tier], pathOf(record), change)
  }
}
