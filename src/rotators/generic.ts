import { Secret } from '../base/secret.ts'
import { newPassword } from './new-password.ts'
import { type RotatedSecret, type Rotator, stepDone, stepFailed, type StepOutcome } from './rotator.ts'

export interface GenericOptions {
  readonly length: number
  readonly excluded: string
  /** The member of a JSON object that holds the password. */
  readonly member: string
}

/**
 * Puts a random password, and has nobody told: for values that consumers read anew. In a JSON object one member is replaced and the
 * rest stays; any other text is replaced as a whole.
 */
export function genericRotator(options: GenericOptions): Rotator {
  const steps = {
    createSecret: (secret: RotatedSecret) => create(options, secret),
    setSecret: async () => stepDone,
    async testSecret(secret: RotatedSecret) {
      return (await secret.read('AWSPENDING')) === undefined
        ? stepFailed('NoValue', 'The pending version has no value.')
        : stepDone
    },
    async finishSecret(secret: RotatedSecret) {
      await secret.makeCurrent()
      return stepDone
    },
  } as const
  return { name: 'generic', withinStore: true, run: (step, secret) => steps[step](secret) }
}

async function create(options: GenericOptions, secret: RotatedSecret): Promise<StepOutcome> {
  if ((await secret.read('AWSPENDING')) !== undefined) return stepDone
  const current = await secret.read('AWSCURRENT')
  await secret.putPending(replaced(current?.reveal(), options))
  return stepDone
}

function replaced(text: string | undefined, { member, ...shape }: GenericOptions): Secret<string> {
  const password = newPassword(shape)
  const members = text?.trimStart().startsWith('{') ? parseObject(text) : undefined
  return members ? new Secret(JSON.stringify({ ...members, [member]: password.reveal() })) : password
}

function parseObject(text: string): object | undefined {
  try {
    return JSON.parse(text) as object
  } catch {
    return undefined
  }
}
