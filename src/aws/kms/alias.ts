import type { Context } from '../operation.ts'
import { aliasArn } from './key.ts'
import { aliasCharacters, aliasPrefix, aliasReserved } from './messages.ts'

/** Checks a name that a caller wants to give, move or take away. */
export function checkAliasName(name: string): void {
  if (!name.startsWith('alias/') || name === 'alias/') throw aliasPrefix()
  if (name.startsWith('alias/aws/')) throw aliasReserved()
  if (name.includes(':')) throw aliasCharacters(name)
}

/** Whoever changes an alias needs the permission on the alias too, which only the policies of the caller can give. */
export async function requireOnAlias(context: Context, action: string, name: string): Promise<void> {
  const { account } = context.call.caller
  await context.require({ action, resource: { arn: aliasArn(account, context.call.region, name), account } })
}
