/** How much an account may have, by the names of AWS's quotas; the configuration may say other numbers. */
export interface Quotas {
  readonly secretsPerRegion: number
  readonly secretVersions: number
  readonly stagingLabelsPerSecret: number
  readonly keysPerRegion: number
  readonly aliasesPerKey: number
  readonly usersPerAccount: number
  readonly rolesPerAccount: number
  readonly managedPoliciesPerAccount: number
  readonly attachedPolicies: number
  readonly accessKeysPerUser: number
  readonly standardParameters: number
  readonly advancedParameters: number
  readonly parameterVersions: number
}

/** AWS's own numbers (service quota pages). */
export const awsQuotas: Quotas = {
  secretsPerRegion: 500_000,
  secretVersions: 100,
  stagingLabelsPerSecret: 20,
  keysPerRegion: 100_000,
  aliasesPerKey: 50,
  usersPerAccount: 5_000,
  rolesPerAccount: 1_000,
  managedPoliciesPerAccount: 1_500,
  attachedPolicies: 10,
  accessKeysPerUser: 2,
  standardParameters: 10_000,
  advancedParameters: 100_000,
  parameterVersions: 100,
}
