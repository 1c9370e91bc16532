import { versionNotFound } from './messages.ts'
import { operation } from './operation.ts'
import { ownParameter } from './parameter.ts'
import { hasVersion, labelsOf } from './version.ts'
import { writeParameter } from './write-parameter.ts'

/** Takes labels off a version; those that it does not have are named in the answer. */
export const unlabelParameterVersion = operation('UnlabelParameterVersion', {
  on: (input, finding) => ownParameter(input.Name, finding),
  async handle(input, found, { tx }) {
    const version = input.ParameterVersion
    if (!hasVersion(found, version)) throw versionNotFound(String(version), found.name)
    const own = labelsOf(found, version)
    const labels = [...new Set(input.Labels)]
    const removed = labels.filter((label) => own.includes(label))
    if (removed.length > 0) {
      writeParameter(tx, { ...found, labels: found.labels.filter(([label]) => !removed.includes(label)) })
    }
    return { RemovedLabels: removed, InvalidLabels: labels.filter((label) => !removed.includes(label)) }
  },
})
