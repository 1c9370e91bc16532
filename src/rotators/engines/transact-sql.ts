import type { Secret } from '../../base/secret.ts'

/** A statement's rows. Throws `DatabaseFault`. */
export type Run = (sql: string, parameters?: Readonly<Record<string, string>>) => Promise<Rows>
export type Rows = readonly (readonly unknown[])[]

/** A name as an identifier («Database identifiers», «Delimited identifiers»). */
export function quoted(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`
}

/** A password as a Unicode constant: statements about logins take no parameters. */
export function literal(password: Secret<string>): string {
  return `N'${password.reveal().replaceAll("'", "''")}'`
}
