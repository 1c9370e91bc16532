import { countsOf, roots } from './accounts.ts'
import { groupKind, roleKind, userKind } from './entity.ts'
import { operation } from './operation.ts'

/** How much of each thing the account has, and may have. */
export const getAccountSummary = operation('GetAccountSummary', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call, platform }) {
    const { account } = call.caller
    const { quotas } = platform
    const counts = await countsOf(tx, account)
    const root = await roots.get(tx, account)
    return {
      SummaryMap: {
        Users: counts.users,
        UsersQuota: quotas.usersPerAccount,
        Groups: counts.groups,
        GroupsQuota: groupKind.most(quotas),
        Roles: counts.roles,
        RolesQuota: quotas.rolesPerAccount,
        Policies: counts.policies,
        PoliciesQuota: quotas.managedPoliciesPerAccount,
        InstanceProfiles: counts.instanceProfiles,
        InstanceProfilesQuota: 1000,
        Providers: counts.oidcProviders + counts.samlProviders,
        ServerCertificates: 0,
        ServerCertificatesQuota: 20,
        MFADevices: 0,
        MFADevicesInUse: 0,
        AccountMFAEnabled: 0,
        AccountAccessKeysPresent: (root?.accessKeys.length ?? 0) > 0 ? 1 : 0,
        AccountPasswordPresent: 0,
        AccountSigningCertificatesPresent: 0,
        AccessKeysPerUserQuota: quotas.accessKeysPerUser,
        AttachedPoliciesPerUserQuota: quotas.attachedPolicies,
        AttachedPoliciesPerGroupQuota: quotas.attachedPolicies,
        AttachedPoliciesPerRoleQuota: quotas.attachedPolicies,
        UserPolicySizeQuota: userKind.inlineCharacters,
        GroupPolicySizeQuota: groupKind.inlineCharacters,
        RolePolicySizeQuota: roleKind.inlineCharacters,
        PolicySizeQuota: 6144,
        AssumeRolePolicySizeQuota: 2048,
        VersionsPerPolicyQuota: 5,
        GroupsPerUserQuota: 10,
        SigningCertificatesPerUserQuota: 2,
        GlobalEndpointTokenVersion: 2,
      },
    }
  },
})
