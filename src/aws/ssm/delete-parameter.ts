import { tellChange } from './events.ts'
import { operation } from './operation.ts'
import { ownParameter } from './parameter.ts'
import { removeParameter } from './write-parameter.ts'

/** Deletes a parameter with all its versions. */
export const deleteParameter = operation('DeleteParameter', {
  on: (input, finding) => ownParameter(input.Name, finding),
  async handle(_input, found, context) {
    await removeParameter(context.tx, found)
    tellChange({ ...context, at: context.call.now }, 'Delete', found)
    return {}
  },
})
