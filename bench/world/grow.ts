import {
  type SecretRecord,
  secrets,
  type VersionRecord,
  versions,
  versionsOf,
} from '../../src/aws/secretsmanager/records.ts'
import { writeSecret } from '../../src/aws/secretsmanager/write-secret.ts'
import { parameterKey, type ParameterRecord, parameters } from '../../src/aws/ssm/records.ts'
import type { Store } from '../../src/store/store.ts'
import { region } from '../aws/signed-call.ts'
import { parameterName, realName } from './names.ts'
import { openConfiguredStore } from './open-store.ts'
import type { World } from './world.ts'

const perCommit = 500
/** While the engine writes one commit, the next ones are made. */
const commitsAtOnce = 3

/**
 * Brings a store from `from` to `to` secrets, and to as many parameters: rows of those that were really made, written anew
 * under other names and straight into the store. They can be listed and described; their values belong to the name that they were copied from.
 */
export async function grow(configFile: string, world: World, from: number, to: number): Promise<void> {
  const store = await openConfiguredStore(configFile)
  try {
    const templates = await readTemplates(store, world)
    let next = from
    const write = async (): Promise<void> => {
      while (next < to) {
        const begin = next
        const end = Math.min(to, begin + perCommit)
        next = end
        await writeCopies(store, templates, begin, end)
        await copyParameter(store, world, Math.max(begin, world.parameters), end)
      }
    }
    await Promise.all(Array.from({ length: commitsAtOnce }, write))
  } finally {
    await store.close()
  }
}

interface Template {
  readonly secret: SecretRecord
  readonly versions: readonly VersionRecord[]
}

const templateCount = 100

function readTemplates(store: Store, { account, real }: World): Promise<readonly Template[]> {
  return store.transaction(async (tx) => {
    const templates: Template[] = []
    for (let index = 0; index < Math.min(real, templateCount); index++) {
      const secret = await secrets.get(tx, account, region, realName(index))
      if (secret === undefined) throw new Error(`There is no secret ${realName(index)}.`)
      const rows = await versions.range(tx, { under: versionsOf(secret), limit: 10 })
      templates.push({ secret, versions: rows.map(({ record }) => record) })
    }
    return templates
  })
}

/** Each copy was made a millisecond before the one before it, so that an order by time has as many places. */
function writeCopies(store: Store, templates: readonly Template[], from: number, to: number): Promise<void> {
  return store.transaction(async (tx) => {
    for (let index = from; index < to; index++) {
      const template = templates[index % templates.length] as Template
      const at = template.secret.createdAt - index
      const secret: SecretRecord = { ...template.secret, name: realName(index), createdAt: at, changedAt: at }
      writeSecret(tx, undefined, secret)
      for (const version of template.versions) versions.put(tx, version, ...versionsOf(secret), version.id)
    }
  })
}

function copyParameter(store: Store, { account }: World, from: number, to: number): Promise<void> {
  return store.transaction(async (tx) => {
    const template = await parameters.get(tx, ...parameterKey(account, region, parameterName(0)))
    if (template === undefined) throw new Error(`There is no parameter ${parameterName(0)}.`)
    for (let index = from; index < to; index++) {
      const copy: ParameterRecord = { ...template, name: parameterName(index) }
      parameters.put(tx, copy, ...parameterKey(account, region, copy.name))
    }
  })
}
