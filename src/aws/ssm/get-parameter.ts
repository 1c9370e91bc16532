import { operation } from './operation.ts'
import { lookUp, readWanted } from './wanted.ts'

/** Reads a parameter: its newest version, or the one with a number or a label. */
export const getParameter = operation('GetParameter', {
  async on(input, finding) {
    const wanted = await lookUp(input.Name, input.WithDecryption ?? false, finding)
    return wanted.missing ? { ...wanted.facts, missing: wanted.missing } : { ...wanted.facts, record: wanted }
  },
  async handle(input, wanted, context) {
    const read = await readWanted(context, wanted, input.WithDecryption ?? false)
    if ('refused' in read) throw read.refused
    return { Parameter: read }
  },
})
