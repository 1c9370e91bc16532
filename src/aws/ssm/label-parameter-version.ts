import { tellChange } from './events.ts'
import { isLabel } from './labels.ts'
import { tooManyLabels, versionNotFound } from './messages.ts'
import { operation } from './operation.ts'
import { ownParameter } from './parameter.ts'
import { hasVersion, labelsOf } from './version.ts'
import { writeParameter } from './write-parameter.ts'

const mostLabels = 10

/** Attaches labels to a version, the newest unless another is named; a label that another version has moves. */
export const labelParameterVersion = operation('LabelParameterVersion', {
  on: (input, finding) => ownParameter(input.Name, finding),
  async handle(input, found, context) {
    const version = input.ParameterVersion ?? found.current.version
    if (!hasVersion(found, version)) throw versionNotFound(String(version), found.name)
    const labels = [...new Set(input.Labels)]
    const attached = new Set(labels.filter(isLabel))
    const own = labelsOf(found, version)
    const added = [...attached].filter((label) => !own.includes(label))
    if (own.length + added.length > mostLabels) throw tooManyLabels()
    if (added.length > 0) {
      const others = found.labels.filter(([label, holder]) => holder === version || !attached.has(label))
      const after = { ...found, labels: [...others, ...added.map((label) => [label, version] as const)] }
      writeParameter(context.tx, after)
      tellChange({ ...context, at: context.call.now }, 'LabelParameterVersion', after)
    }
    return { InvalidLabels: labels.filter((label) => !attached.has(label)), ParameterVersion: version }
  },
})
