import { Secret } from '../../base/secret.ts'
import { type Gateway, invoke } from '../invoke.ts'
import { type Finding, type Operation, operationsOf } from '../operation.ts'
import type { SecretRecord } from './records.ts'
import { ownerCall } from './rotated-secret.ts'
import { arnOf, secret } from './secret.ts'
import { current, holderOf, pending } from './stages.ts'
import { openValue } from './value.ts'
import { findVersion } from './version.ts'

interface ReadOutput {
  readonly Values: readonly Secret<string>[]
}

interface InternalOperations {
  ReadRotationValues: { input: { readonly SecretId: string }; output: ReadOutput }
}

/** The values that a rotation is about, in plaintext, so that they can be kept out of a log. */
const readRotationValues = operationsOf<InternalOperations>('secretsmanager')('ReadRotationValues', {
  action: 'GetSecretValue',
  readOnly: true,
  on: (input: { readonly SecretId: string }, finding: Finding) => secret(input, finding),
  async handle(_input, found: SecretRecord, context) {
    const values: Secret<string>[] = []
    for (const id of new Set([current, pending].map((label) => holderOf(found.stages, label)))) {
      const version = id === undefined ? undefined : await findVersion(context.tx, found, id)
      if (!version?.value || version.value.kind !== 'string') continue
      const { bytes } = await openValue(context, found, version.id, version.value)
      values.push(new Secret(Buffer.from(bytes.reveal()).toString('utf8')))
    }
    return { Values: values }
  },
})

/** Nothing where the account itself may not read them. */
export async function valuesToHide(gateway: Gateway, found: SecretRecord): Promise<readonly Secret<string>[]> {
  const call = await ownerCall(gateway.platform, found)
  const { output } = await invoke(gateway, call, readRotationValues as Operation, { SecretId: arnOf(found) })
  return output === undefined ? [] : (output as ReadOutput).Values.flatMap((value) => [value, ...membersToHide(value)])
}

const telling = /pass|pwd|secret|token|key/i
const shortest = 4

/** The members of a JSON object whose names say that they are to be kept, as they are and as JSON writes them. */
function membersToHide(value: Secret<string>): readonly Secret<string>[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(value.reveal())
  } catch {
    return []
  }
  if (typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(parsed)
    .filter((entry): entry is [string, string] => telling.test(entry[0]) && typeof entry[1] === 'string')
    .flatMap(([, text]) => [text, JSON.stringify(text).slice(1, -1)])
    .filter((text) => text.length >= shortest)
    .map((text) => new Secret(text))
}

/** A text without the values in it. */
export function hide(text: string, values: readonly Secret<string>[]): string {
  let shown = text
  for (const value of values) {
    const plain = value.reveal()
    if (plain.length >= shortest) shown = shown.replaceAll(plain, '[redacted]')
  }
  return shown
}
