import { bad, bold, good, print } from './output.ts'

/** The answer of ExplainAccess. */
export interface Explanation {
  readonly Decision: 'Allowed' | 'Denied'
  readonly DecidedBy: string
  readonly Reason?: string
  readonly Sentence?: string
  readonly PrincipalArn?: string
  readonly Action: string
  readonly ResourceArn: string
  readonly DecidingStatements: readonly Statement[]
  readonly Policies: readonly Policy[]
  readonly NeededStatements: readonly { readonly PolicyType: string; readonly Statement: string }[]
  readonly MissingContextKeys: readonly string[]
  readonly EncodedMessage?: string
  readonly Request?: {
    readonly EventName: string
    readonly EventTime: number
    readonly SessionPoliciesUnknown: boolean
  }
}

interface Policy {
  readonly PolicyType: string
  readonly PolicyName?: string
  readonly Outcome: string
  readonly Statements: readonly Statement[]
}

interface Statement {
  readonly PolicyType: string
  readonly PolicyName?: string
  readonly Sid?: string
  readonly Index: number
  readonly Effect: string
  readonly Applied: boolean
  readonly Missed?: string
  readonly FailedConditions: readonly {
    readonly Operator: string
    readonly Key: string
    readonly Wanted: readonly string[]
    readonly Actual?: readonly string[]
  }[]
  readonly Line: number
  readonly Column: number
  readonly Text: string
}

/** Writes an explanation for people: the decision, the statements that made it, every policy considered, what would change it. */
export function printExplanation(answer: Explanation): void {
  const explanation = withoutControls(answer)
  const { Decision, PrincipalArn, Action, ResourceArn, Sentence, Request } = explanation
  print(Decision === 'Allowed' ? good('✓ Allowed') : bad('✗ Denied'))
  print(`  ${PrincipalArn ?? 'nobody'}\n  ${Action}\n  ${ResourceArn}`)
  if (Request) print(`  (${Request.EventName} of ${new Date(Request.EventTime * 1000).toISOString()})`)
  if (Sentence !== undefined) print(`\n${Sentence}`)
  printDeciding(explanation)
  printPolicies(explanation)
  printNeeded(explanation)
  printDoubts(explanation)
}

/** Policies are texts of many people: none of them is to command the terminal of who reads it. */
function withoutControls(answer: Explanation): Explanation {
  return JSON.parse(JSON.stringify(answer), (_name, value: unknown) =>
    typeof value === 'string' ? value.replace(/[^\P{Cc}\t\n]/gu, '·') : value,
  ) as Explanation
}

function printDeciding({ DecidingStatements, DecidedBy, Decision }: Explanation): void {
  if (DecidingStatements.length === 0) {
    if (Decision === 'Allowed') print(`\nDecided by ${DecidedBy === 'root' ? 'being the root user' : DecidedBy}.`)
    return
  }
  print(`\n${bold('Decided by')}`)
  for (const statement of DecidingStatements) {
    const { PolicyType, PolicyName = '(no name)', Line, Column, Text } = statement
    print(`  ${PolicyType} policy ${PolicyName}, line ${Line}, column ${Column}, ${nameOf(statement)}`)
    print(indented(Text, '    '))
  }
}

function printPolicies({ Policies }: Explanation): void {
  print(`\n${bold('Policies considered')}`)
  if (Policies.length === 0) print('  none')
  for (const { PolicyType, PolicyName = '(no name)', Outcome, Statements } of Policies) {
    print(`  ${PolicyType} policy ${PolicyName}: ${Outcome}`)
    for (const statement of Statements) {
      print(`    ${nameOf(statement)}: ${statement.Applied ? 'applies' : `${statement.Missed ?? 'it'} does not fit`}`)
      for (const { Operator, Key, Wanted, Actual } of statement.FailedConditions) {
        print(`      ${Operator} ${Key}: wants ${Wanted.join(', ')}; is ${Actual?.join(', ') ?? 'not in the request'}`)
      }
    }
  }
}

function nameOf({ Sid, Index, Effect }: Statement): string {
  return `${Effect} ${Sid === undefined ? `statement ${Index + 1}` : `«${Sid}»`}`
}

function printNeeded({ NeededStatements, Decision, Reason }: Explanation): void {
  if (Decision === 'Allowed') return
  if (NeededStatements.length === 0) {
    const why =
      Reason === 'explicit-deny' ? 'No statement outdoes a Deny: change the one above.' : 'No statement would.'
    print(`\n${bold('What would allow it')}\n  ${why}`)
    return
  }
  print(`\n${bold('The smallest statements that would allow it')}`)
  for (const { PolicyType, Statement } of NeededStatements) {
    print(`  in the ${PolicyType} policy:\n${indented(JSON.stringify(JSON.parse(Statement), undefined, 2), '    ')}`)
  }
}

function printDoubts({ MissingContextKeys, Request }: Explanation): void {
  if (MissingContextKeys.length > 0)
    print(`\nPolicies asked for condition keys without a value here: ${MissingContextKeys.join(', ')}`)
  if (Request) print('\nThis is by the policies as they are now, not as they were then.')
  if (Request?.SessionPoliciesUnknown)
    print('Policies and tags of the session itself are not known to the audit trail.')
}

function indented(text: string, by: string): string {
  return text.replace(/^/gm, by)
}
