import { iam } from '../iam/index.ts'
import { kms } from '../kms/index.ts'
import { rolesanywhere } from '../rolesanywhere/index.ts'
import { secretsmanager } from '../secretsmanager/index.ts'
import type { Service } from '../service.ts'
import { ssm } from '../ssm/index.ts'
import { sts } from '../sts/index.ts'

/** The services whose decisions are explained. */
const services: readonly Service[] = [secretsmanager, ssm, kms, iam, sts, rolesanywhere]

export function explainedService(name: string): Service | undefined {
  return services.find((service) => service.name === name)
}

/** By the name in audit records, such as `kms.amazonaws.com`. */
export function serviceOfSource(source: string): Service | undefined {
  return services.find((service) => service.source === source)
}
