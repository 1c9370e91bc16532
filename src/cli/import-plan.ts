import type { NamedParameter } from './parameters.ts'

export type ImportAction = 'create' | 'update' | 'unchanged' | 'conflict'

export interface ImportStep {
  readonly parameter: NamedParameter
  readonly action: ImportAction
}

/** What to do with a parameter of a file, where the server has one of that name or none. */
export function planStep(parameter: NamedParameter, there: NamedParameter | undefined, overwrite: boolean): ImportStep {
  return { parameter, action: actionOf(parameter, there, overwrite) }
}

/** A type cannot be changed, so a parameter of another type is in the way even where values may be overwritten. */
function actionOf(parameter: NamedParameter, there: NamedParameter | undefined, overwrite: boolean): ImportAction {
  if (!there) return 'create'
  if (there.type !== parameter.type) return 'conflict'
  if (there.value.reveal() === parameter.value.reveal()) return 'unchanged'
  return overwrite ? 'update' : 'conflict'
}
