import { type SecretRecord, secrets } from '../../src/aws/secretsmanager/records.ts'
import { readRotationState, writeRotationState } from '../../src/aws/secretsmanager/rotation-state.ts'
import { writeSecret } from '../../src/aws/secretsmanager/write-secret.ts'
import type { Store, Transaction } from '../../src/store/store.ts'
import { region } from '../aws/signed-call.ts'
import { realName } from '../world/names.ts'
import type { World } from '../world/world.ts'

const perCommit = 500
const dayMilliseconds = 24 * 60 * 60_000
const rotator = 'keyturn:rotator/generic?member=password'

/** Plans the first rotation of the first `count` secrets of a world, all for one moment, as if it had been asked for a month before. */
export async function planRotations(store: Store, world: World, count: number, at: number): Promise<void> {
  const since = at - 30 * dayMilliseconds
  const rules = { automaticallyAfterDays: 30 }
  await eachSecret(store, world, count, async (tx, secret) => {
    const rotation = { enabled: true, lambdaArn: rotator, rules, since, countedFrom: since }
    writeRotationState(tx, secret, await readRotationState(tx, secret), { plannedAt: at })
    writeSecret(tx, secret, { ...secret, rotation })
  })
}

/** When each secret that was rotated since a moment was; milliseconds since 1970. */
export async function rotatedSince(store: Store, world: World, count: number, at: number): Promise<readonly number[]> {
  const times: number[] = []
  await eachSecret(store, world, count, async (_, { rotation }) => {
    if (rotation?.lastRotatedAt !== undefined && rotation.lastRotatedAt >= at) times.push(rotation.lastRotatedAt)
  })
  return times
}

async function eachSecret(
  store: Store,
  { account }: World,
  count: number,
  work: (tx: Transaction, secret: SecretRecord) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < count; from += perCommit) {
    await store.transaction(async (tx) => {
      for (let index = from; index < Math.min(count, from + perCommit); index++) {
        const secret = await secrets.get(tx, account, region, realName(index))
        if (secret === undefined) throw new Error(`There is no secret ${realName(index)}.`)
        await work(tx, secret)
      }
    })
  }
}
