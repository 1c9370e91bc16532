/** Staging labels of a secret in the order of their attachment: each is on one version. */
export type Stages = readonly (readonly [label: string, versionId: string])[]

export const current = 'AWSCURRENT'
export const previous = 'AWSPREVIOUS'
export const pending = 'AWSPENDING'

/** The version that carries a label. */
export function holderOf(stages: Stages, label: string): string | undefined {
  for (const [name, versionId] of stages) if (name === label) return versionId
  return undefined
}

/** The labels of a version. */
export function labelsOf(stages: Stages, versionId: string): string[] {
  const labels: string[] = []
  for (const [label, holder] of stages) if (holder === versionId) labels.push(label)
  return labels
}

/** The ids of versions that have a label. */
export function labelledVersions(stages: Stages): string[] {
  return [...new Set(stages.map(([, versionId]) => versionId))]
}

/** Moves labels to a version. Where AWSCURRENT leaves another one, AWSPREVIOUS moves to that. */
export function attach(stages: Stages, labels: readonly string[], versionId: string): Stages {
  const wanted = new Set(labels)
  const left = wanted.has(current) ? holderOf(stages, current) : undefined
  const moved = new Set(wanted)
  if (left !== undefined && left !== versionId) moved.add(previous)
  const kept = stages.filter(([label, holder]) => !moved.has(label) || (holder === versionId && wanted.has(label)))
  const there = new Set(kept.map(([label]) => label))
  const added = [...wanted].filter((label) => !there.has(label)).map((label) => [label, versionId] as const)
  const after = [...kept, ...added]
  return moved.has(previous) && !wanted.has(previous) ? [...after, [previous, left as string]] : after
}

/**
 * The labels after a new value was put under some. A new current version ends a rotation that was under way: its pending
 * version loses the label.
 */
export function attachNewValue(stages: Stages, labels: readonly string[], versionId: string): Stages {
  const abandons = labels.includes(current) && !labels.includes(pending)
  return attach(abandons ? detach(stages, pending) : stages, labels, versionId)
}

export function detach(stages: Stages, label: string): Stages {
  return stages.filter(([name]) => name !== label)
}

/** As answers show them. */
export function versionIdsToStages(stages: Stages): Record<string, readonly string[]> | undefined {
  if (stages.length === 0) return undefined
  const byVersion: Record<string, string[]> = Object.create(null)
  for (const [label, versionId] of stages) (byVersion[versionId] ??= []).push(label)
  return byVersion
}
