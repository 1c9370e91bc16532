import type { Transaction } from '../../store/store.ts'
import type { AliasConfiguration, AliasRoutingConfiguration } from '../models/lambda.ts'
import { findVersion } from './find-function.ts'
import { aliasNotFound, aliasWeights, functionNotFound } from './messages.ts'
import { type AliasRecord, aliases, type FunctionRecord } from './records.ts'
import { functionArn } from './reference.ts'

/** As for versions: so many that one transaction deletes them. */
export const mostAliases = 1_000

export async function readAlias(tx: Transaction, fn: FunctionRecord, name: string): Promise<AliasRecord> {
  const alias = await aliases.get(tx, fn.account, fn.region, fn.name, name)
  if (!alias) throw aliasNotFound(functionArn(fn, name))
  return alias
}

export function putAlias(tx: Transaction, fn: FunctionRecord, alias: AliasRecord): void {
  aliases.put(tx, alias, fn.account, fn.region, fn.name, alias.name)
}

/** Refuses a version that is not there, and a routing that no alias may have. */
export async function checkTargets(
  tx: Transaction,
  fn: FunctionRecord,
  { version, weights }: Pick<AliasRecord, 'version' | 'weights'>,
): Promise<void> {
  if (weights.length > 1 || weights.some(([other]) => other === version || version === '$LATEST')) throw aliasWeights()
  for (const qualifier of [version, ...weights.map(([other]) => other)]) {
    if (!(await findVersion({ fn, qualifier }, { tx }))) throw functionNotFound(functionArn(fn, qualifier))
  }
}

export function readWeights(routing: AliasRoutingConfiguration | undefined): AliasRecord['weights'] {
  return Object.entries(routing?.AdditionalVersionWeights ?? {})
}

export function aliasConfiguration(fn: FunctionRecord, alias: AliasRecord): AliasConfiguration {
  const { name, version, description, weights, revisionId } = alias
  return {
    AliasArn: functionArn(fn, name),
    Name: name,
    FunctionVersion: version,
    Description: description,
    RoutingConfig: weights.length > 0 ? { AdditionalVersionWeights: Object.fromEntries(weights) } : undefined,
    RevisionId: revisionId,
  }
}
