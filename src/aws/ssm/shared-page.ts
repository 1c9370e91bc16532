import type { Context } from '../operation.ts'
import { openToken, type PageScope, sealToken } from '../page-token.ts'
import { invalidNextToken } from './messages.ts'
import { hereOf } from './name.ts'
import { parameterKey, type ParameterRecord, parameters, sharedWith } from './records.ts'

/** One page of what other accounts share with the caller's. It may be shorter than asked for, with more to come. */
export async function readSharedPage(
  { tx, call }: Context,
  scope: Pick<PageScope, 'operation' | 'parameters'>,
  { limit, token }: { readonly limit: number; readonly token: string | undefined },
  isVisible: (parameter: ParameterRecord) => Promise<boolean>,
): Promise<{ readonly parameters: readonly ParameterRecord[]; readonly token: string | undefined }> {
  const { account, region } = hereOf(call)
  const bound: PageScope = { ...scope, account, region }
  const opened = token === undefined ? undefined : await openToken(tx, bound, token)
  if (token !== undefined && !opened) throw invalidNextToken()
  const rows = await sharedWith.range(tx, {
    under: [account, region],
    ...(opened && { after: opened.state as readonly string[] }),
    limit,
  })
  const found = await parameters.getAll(
    tx,
    rows.map(({ segments, record }) => parameterKey(segments[2] as string, region, record.path)),
  )
  const visible: ParameterRecord[] = []
  for (const parameter of found) if (parameter && (await isVisible(parameter))) visible.push(parameter)
  const last = rows.length === limit ? rows.at(-1)?.segments : undefined
  return { parameters: visible, token: last && (await sealToken(tx, bound, last)) }
}
