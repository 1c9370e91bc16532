import type { Member, Shape } from '../../src/aws/protocols/model.ts'

/** What is wrong with a JSON answer by its model: members that the shape does not have, and values of another type. */
export function faultsOf(shape: Shape | undefined, value: unknown, path = ''): readonly string[] {
  if (!shape)
    return value === undefined || Object.keys(value as object).length === 0 ? [] : [`${path}: no output is modelled`]
  const is = (type: string) => (typeof value === type ? [] : [`${path}: ${shape.type} wanted, ${typeof value} found`])
  switch (shape.type) {
    case 'structure': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: a structure wanted`]
      const unknown = Object.keys(value).filter((name) => !shape.members.some((member) => member.name === name))
      const inside = shape.members.flatMap((member) => {
        const held = (value as Record<string, unknown>)[member.name]
        return held === undefined ? [] : faultsOf(member.shape, held, `${path}/${member.name}`)
      })
      return [...unknown.map((name) => `${path}/${name}: not in the model`), ...inside]
    }
    case 'list':
      if (!Array.isArray(value)) return [`${path}: a list wanted`]
      return value.flatMap((element, index) => faultsOf((shape.element as Member).shape, element, `${path}/${index}`))
    case 'map':
      if (typeof value !== 'object' || value === null) return [`${path}: a map wanted`]
      return Object.entries(value).flatMap(([key, held]) =>
        faultsOf((shape.element as Member).shape, held, `${path}/${key}`),
      )
    case 'string':
      if (shape.enum && !shape.enum.includes(value as string)) return [`${path}: «${String(value)}» is not in the enum`]
      return is('string')
    case 'blob':
      return is('string')
    case 'boolean':
      return is('boolean')
    default:
      return is('number')
  }
}
