import type { Secret } from '../base/secret.ts'
import { CliError } from './output.ts'

/** A value and where it comes from, for messages. */
export interface Sourced {
  readonly source: string
  /** What a variable is named after. */
  readonly label: string
  readonly value: Secret<string>
}

/** Variables by which programs, shells and interpreters are told what else to load and run. */
const dangerous =
  /^(?:(?:LD|DYLD)_.*|PATH|IFS|ENV|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|NODE_OPTIONS|NODE_PATH|PYTHON(?:PATH|HOME|STARTUP|INSPECT)|PERL5?(?:LIB|OPT|DB)|RUBY(?:LIB|OPT)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF)|GCONV_PATH|HOSTALIASES|LOCPATH)$/

/** `db-password` is `DB_PASSWORD`. */
export function variableName(label: string): string | undefined {
  const name = label.toUpperCase().replace(/[^A-Z0-9_]/g, '_')
  return /^[A-Z_][A-Z0-9_]*$/.test(name) ? name : undefined
}

/** Values by the names of their variables. Two values of one name are an error, told with both sources and without values. */
export function variablesOf(values: readonly Sourced[]): ReadonlyMap<string, Secret<string>> {
  const variables = new Map<string, Secret<string>>()
  const sources = new Map<string, string>()
  for (const { source, label, value } of values) {
    const name = variableName(label)
    if (name === undefined) throw new CliError(`${source}: «${label}» makes no name of a variable.`)
    const other = sources.get(name)
    if (other !== undefined) throw new CliError(`${other} and ${source} would both be the variable ${name}.`)
    variables.set(name, value)
    sources.set(name, source)
  }
  return variables
}

/** As `variablesOf`, for a program that is about to be started: refuses what would change which code it runs. */
export function startVariables(values: readonly Sourced[]): ReadonlyMap<string, Secret<string>> {
  const variables = variablesOf(values)
  for (const [name, value] of variables) {
    if (dangerous.test(name))
      throw new CliError(
        `The variable ${name} would change which code the command runs; rename the parameter or secret.`,
      )
    if (value.reveal().includes('\0'))
      throw new CliError(`The value for the variable ${name} has a zero byte, which no environment can hold.`)
  }
  return variables
}
