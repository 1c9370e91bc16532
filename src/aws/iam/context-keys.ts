import type { CompiledPolicy } from '../../iam/compile-policy.ts'

const variable = /\$\{\s*([^\s,'{}$]{1,256})\s*(?:,[^}]*)?\}/g

/** The condition keys that policies refer to, in conditions and in variables, each in the spelling in which it first occurs. */
export function contextKeys(policies: readonly CompiledPolicy[]): readonly string[] {
  const names = new Map<string, string>()
  const add = (name: string) => {
    const key = name.toLowerCase()
    if (!names.has(key)) names.set(key, name)
  }
  for (const { document, version, statements } of policies) {
    for (const { conditions } of statements) for (const { key } of conditions) add(key)
    if (version !== '2012-10-17') continue
    for (const [, name] of document.matchAll(variable)) if (name !== undefined && !/^[*?$]$/.test(name)) add(name)
  }
  return [...names.values()]
}
