import { policyTooLarge } from './messages.ts'
import { checkDocument, documentSize } from './policy-document.ts'

/** The most characters of a managed policy, white space not counted (IAM user guide, «IAM and AWS STS quotas»). */
const mostCharacters = 6144

export function checkManagedDocument(document: string): void {
  checkDocument(document, 'identity', { onlyCurrentVersion: true })
  if (documentSize(document) > mostCharacters) throw policyTooLarge(mostCharacters)
}
