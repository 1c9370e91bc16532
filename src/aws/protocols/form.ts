import { fromUtf8 } from '../../base/bytes.ts'

const mostParameters = 4096
const deepestName = 16

/** The parameters of a form as a tree: `Tags.member.1.Key=a` is four steps deep. A step may have text and parts. */
export interface FormNode {
  text: string | undefined
  readonly parts: Map<string, FormNode>
}

/**
 * Parses an `application/x-www-form-urlencoded` body or query string, or answers nothing where it has a bad escape, is
 * not UTF-8, names a parameter twice (no two readers of the request may see different values), or is too large: more
 * than 4096 parameters, or a name of more than 16 steps.
 */
export function parseForm(form: Uint8Array | string): FormNode | undefined {
  const text = typeof form === 'string' ? form : fromUtf8(form)
  if (text === undefined) return undefined
  const root = newNode()
  let count = 0
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('&', start)
    const end = found === -1 ? text.length : found
    if (end > start) {
      count += 1
      if (count > mostParameters || !add(root, text.slice(start, end))) return undefined
    }
    start = end + 1
  }
  return root
}

/** Puts one `name=value` into the tree; false where it may not be there. */
function add(root: FormNode, pair: string): boolean {
  const equals = pair.indexOf('=')
  const name = decode(equals === -1 ? pair : pair.slice(0, equals))
  const value = equals === -1 ? '' : decode(pair.slice(equals + 1))
  if (name === undefined || value === undefined) return false
  const steps = name.split('.', deepestName + 1)
  if (steps.length > deepestName) return false
  let node = root
  for (const step of steps) {
    let next = node.parts.get(step)
    if (!next) {
      next = newNode()
      node.parts.set(step, next)
    }
    node = next
  }
  if (node.text !== undefined) return false
  node.text = value
  return true
}

function newNode(): FormNode {
  return { text: undefined, parts: new Map() }
}

function decode(text: string): string | undefined {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
