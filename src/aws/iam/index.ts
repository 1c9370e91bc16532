import type { IamOperations } from '../models/iam.ts'
import { modelOf } from '../protocols/model.ts'
import { serviceOf } from '../service.ts'
import { addClientIDToOpenIDConnectProvider } from './add-client-id-to-open-id-connect-provider.ts'
import { addRoleToInstanceProfile } from './add-role-to-instance-profile.ts'
import { addUserToGroup } from './add-user-to-group.ts'
import { attachGroupPolicy } from './attach-group-policy.ts'
import { attachRolePolicy } from './attach-role-policy.ts'
import { attachUserPolicy } from './attach-user-policy.ts'
import { entityByArn } from './by-arn.ts'
import { createAccessKey } from './create-access-key.ts'
import { createAccountAlias } from './create-account-alias.ts'
import { createGroup } from './create-group.ts'
import { createInstanceProfile } from './create-instance-profile.ts'
import { createOpenIDConnectProvider } from './create-open-id-connect-provider.ts'
import { createPolicyVersion } from './create-policy-version.ts'
import { createPolicy } from './create-policy.ts'
import { createRole } from './create-role.ts'
import { createSAMLProvider } from './create-saml-provider.ts'
import { createServiceLinkedRole } from './create-service-linked-role.ts'
import { createServiceSpecificCredential } from './create-service-specific-credential.ts'
import { createUser } from './create-user.ts'
import { createVirtualMFADevice } from './create-virtual-mfa-device.ts'
import { deactivateMFADevice } from './deactivate-mfa-device.ts'
import { deleteAccessKey } from './delete-access-key.ts'
import { deleteAccountAlias } from './delete-account-alias.ts'
import { deleteAccountPasswordPolicy } from './delete-account-password-policy.ts'
import { deleteGroupPolicy } from './delete-group-policy.ts'
import { deleteGroup } from './delete-group.ts'
import { deleteInstanceProfile } from './delete-instance-profile.ts'
import { deleteLoginProfile } from './delete-login-profile.ts'
import { deleteOpenIDConnectProvider } from './delete-open-id-connect-provider.ts'
import { deletePolicyVersion } from './delete-policy-version.ts'
import { deletePolicy } from './delete-policy.ts'
import { deleteRolePermissionsBoundary } from './delete-role-permissions-boundary.ts'
import { deleteRolePolicy } from './delete-role-policy.ts'
import { deleteRole } from './delete-role.ts'
import { deleteSAMLProvider } from './delete-saml-provider.ts'
import { deleteServiceLinkedRole } from './delete-service-linked-role.ts'
import { deleteUserPermissionsBoundary } from './delete-user-permissions-boundary.ts'
import { deleteUserPolicy } from './delete-user-policy.ts'
import { deleteUser } from './delete-user.ts'
import { deleteVirtualMFADevice } from './delete-virtual-mfa-device.ts'
import { detachGroupPolicy } from './detach-group-policy.ts'
import { detachRolePolicy } from './detach-role-policy.ts'
import { detachUserPolicy } from './detach-user-policy.ts'
import { disableOutboundWebIdentityFederation } from './disable-outbound-web-identity-federation.ts'
import { enableMFADevice } from './enable-mfa-device.ts'
import { enableOutboundWebIdentityFederation } from './enable-outbound-web-identity-federation.ts'
import { generateCredentialReport } from './generate-credential-report.ts'
import { generateServiceLastAccessedDetails } from './generate-service-last-accessed-details.ts'
import { getAccessKeyLastUsed } from './get-access-key-last-used.ts'
import { getAccountAuthorizationDetails } from './get-account-authorization-details.ts'
import { getAccountPasswordPolicy } from './get-account-password-policy.ts'
import { getAccountSummary } from './get-account-summary.ts'
import { getContextKeysForCustomPolicy } from './get-context-keys-for-custom-policy.ts'
import { getContextKeysForPrincipalPolicy } from './get-context-keys-for-principal-policy.ts'
import { getCredentialReport } from './get-credential-report.ts'
import { getGroupPolicy } from './get-group-policy.ts'
import { getGroup } from './get-group.ts'
import { getInstanceProfile } from './get-instance-profile.ts'
import { getLoginProfile } from './get-login-profile.ts'
import { getMFADevice } from './get-mfa-device.ts'
import { getOpenIDConnectProvider } from './get-open-id-connect-provider.ts'
import { getOutboundWebIdentityFederationInfo } from './get-outbound-web-identity-federation-info.ts'
import { getPolicyVersion } from './get-policy-version.ts'
import { getPolicy } from './get-policy.ts'
import { getRolePolicy } from './get-role-policy.ts'
import { getRole } from './get-role.ts'
import { getSAMLProvider } from './get-saml-provider.ts'
import { getServiceLastAccessedDetailsWithEntities } from './get-service-last-accessed-details-with-entities.ts'
import { getServiceLastAccessedDetails } from './get-service-last-accessed-details.ts'
import { getServiceLinkedRoleDeletionStatus } from './get-service-linked-role-deletion-status.ts'
import { getUserPolicy } from './get-user-policy.ts'
import { getUser } from './get-user.ts'
import { listAccessKeys } from './list-access-keys.ts'
import { listAccountAliases } from './list-account-aliases.ts'
import { listAttachedGroupPolicies } from './list-attached-group-policies.ts'
import { listAttachedRolePolicies } from './list-attached-role-policies.ts'
import { listAttachedUserPolicies } from './list-attached-user-policies.ts'
import { listEntitiesForPolicy } from './list-entities-for-policy.ts'
import { listGroupPolicies } from './list-group-policies.ts'
import { listGroupsForUser } from './list-groups-for-user.ts'
import { listGroups } from './list-groups.ts'
import { listInstanceProfileTags } from './list-instance-profile-tags.ts'
import { listInstanceProfilesForRole } from './list-instance-profiles-for-role.ts'
import { listInstanceProfiles } from './list-instance-profiles.ts'
import { listMFADeviceTags } from './list-mfa-device-tags.ts'
import { listMFADevices } from './list-mfa-devices.ts'
import { listOpenIDConnectProviderTags } from './list-open-id-connect-provider-tags.ts'
import { listOpenIDConnectProviders } from './list-open-id-connect-providers.ts'
import { listPoliciesGrantingServiceAccess } from './list-policies-granting-service-access.ts'
import { listPolicies } from './list-policies.ts'
import { listPolicyTags } from './list-policy-tags.ts'
import { listPolicyVersions } from './list-policy-versions.ts'
import { listRolePolicies } from './list-role-policies.ts'
import { listRoleTags } from './list-role-tags.ts'
import { listRoles } from './list-roles.ts'
import { listSAMLProviderTags } from './list-saml-provider-tags.ts'
import { listSAMLProviders } from './list-saml-providers.ts'
import { listServerCertificates } from './list-server-certificates.ts'
import { listServiceSpecificCredentials } from './list-service-specific-credentials.ts'
import { listSigningCertificates } from './list-signing-certificates.ts'
import { listSSHPublicKeys } from './list-ssh-public-keys.ts'
import { listUserPolicies } from './list-user-policies.ts'
import { listUserTags } from './list-user-tags.ts'
import { listUsers } from './list-users.ts'
import { listVirtualMFADevices } from './list-virtual-mfa-devices.ts'
import { authorization } from './operation.ts'
import { putGroupPolicy } from './put-group-policy.ts'
import { putRolePermissionsBoundary } from './put-role-permissions-boundary.ts'
import { putRolePolicy } from './put-role-policy.ts'
import { putUserPermissionsBoundary } from './put-user-permissions-boundary.ts'
import { putUserPolicy } from './put-user-policy.ts'
import { removeClientIDFromOpenIDConnectProvider } from './remove-client-id-from-open-id-connect-provider.ts'
import { removeRoleFromInstanceProfile } from './remove-role-from-instance-profile.ts'
import { removeUserFromGroup } from './remove-user-from-group.ts'
import { resyncMFADevice } from './resync-mfa-device.ts'
import { setDefaultPolicyVersion } from './set-default-policy-version.ts'
import { simulateCustomPolicy } from './simulate-custom-policy.ts'
import { simulatePrincipalPolicy } from './simulate-principal-policy.ts'
import { tagInstanceProfile } from './tag-instance-profile.ts'
import { tagMFADevice } from './tag-mfa-device.ts'
import { tagOpenIDConnectProvider } from './tag-open-id-connect-provider.ts'
import { tagPolicy } from './tag-policy.ts'
import { tagRole } from './tag-role.ts'
import { tagSAMLProvider } from './tag-saml-provider.ts'
import { tagUser } from './tag-user.ts'
import { unserved } from './unserved.ts'
import { untagInstanceProfile } from './untag-instance-profile.ts'
import { untagMFADevice } from './untag-mfa-device.ts'
import { untagOpenIDConnectProvider } from './untag-open-id-connect-provider.ts'
import { untagPolicy } from './untag-policy.ts'
import { untagRole } from './untag-role.ts'
import { untagSAMLProvider } from './untag-saml-provider.ts'
import { untagUser } from './untag-user.ts'
import { updateAccessKey } from './update-access-key.ts'
import { updateAccountPasswordPolicy } from './update-account-password-policy.ts'
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts'
import { updateGroup } from './update-group.ts'
import { updateOpenIDConnectProviderThumbprint } from './update-open-id-connect-provider-thumbprint.ts'
import { updateRoleDescription } from './update-role-description.ts'
import { updateRole } from './update-role.ts'
import { updateSAMLProvider } from './update-saml-provider.ts'
import { updateUser } from './update-user.ts'

/** AWS Identity and Access Management: who there is in an account, and what each may do. */
export const iam = serviceOf<IamOperations>()({
  name: 'iam',
  model: modelOf('iam'),
  authorization,
  conditions: (_input, { tags }) =>
    Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [`iam:ResourceTag/${key}`, value])),
  findByArn: entityByArn,
  serves: {
    AddClientIDToOpenIDConnectProvider: addClientIDToOpenIDConnectProvider,
    AddRoleToInstanceProfile: addRoleToInstanceProfile,
    AddUserToGroup: addUserToGroup,
    AttachGroupPolicy: attachGroupPolicy,
    AttachRolePolicy: attachRolePolicy,
    AttachUserPolicy: attachUserPolicy,
    CreateAccessKey: createAccessKey,
    CreateAccountAlias: createAccountAlias,
    CreateGroup: createGroup,
    CreateInstanceProfile: createInstanceProfile,
    CreateOpenIDConnectProvider: createOpenIDConnectProvider,
    CreatePolicy: createPolicy,
    CreatePolicyVersion: createPolicyVersion,
    CreateRole: createRole,
    CreateSAMLProvider: createSAMLProvider,
    CreateServiceLinkedRole: createServiceLinkedRole,
    CreateServiceSpecificCredential: createServiceSpecificCredential,
    CreateUser: createUser,
    CreateVirtualMFADevice: createVirtualMFADevice,
    DeactivateMFADevice: deactivateMFADevice,
    DeleteAccessKey: deleteAccessKey,
    DeleteAccountAlias: deleteAccountAlias,
    DeleteAccountPasswordPolicy: deleteAccountPasswordPolicy,
    DeleteGroup: deleteGroup,
    DeleteGroupPolicy: deleteGroupPolicy,
    DeleteInstanceProfile: deleteInstanceProfile,
    DeleteLoginProfile: deleteLoginProfile,
    DeleteOpenIDConnectProvider: deleteOpenIDConnectProvider,
    DeletePolicy: deletePolicy,
    DeletePolicyVersion: deletePolicyVersion,
    DeleteRole: deleteRole,
    DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
    DeleteRolePolicy: deleteRolePolicy,
    DeleteSAMLProvider: deleteSAMLProvider,
    DeleteServiceLinkedRole: deleteServiceLinkedRole,
    DeleteUser: deleteUser,
    DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary,
    DeleteUserPolicy: deleteUserPolicy,
    DeleteVirtualMFADevice: deleteVirtualMFADevice,
    DetachGroupPolicy: detachGroupPolicy,
    DetachRolePolicy: detachRolePolicy,
    DetachUserPolicy: detachUserPolicy,
    DisableOutboundWebIdentityFederation: disableOutboundWebIdentityFederation,
    EnableMFADevice: enableMFADevice,
    EnableOutboundWebIdentityFederation: enableOutboundWebIdentityFederation,
    GenerateCredentialReport: generateCredentialReport,
    GenerateServiceLastAccessedDetails: generateServiceLastAccessedDetails,
    GetAccessKeyLastUsed: getAccessKeyLastUsed,
    GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
    GetAccountPasswordPolicy: getAccountPasswordPolicy,
    GetAccountSummary: getAccountSummary,
    GetContextKeysForCustomPolicy: getContextKeysForCustomPolicy,
    GetContextKeysForPrincipalPolicy: getContextKeysForPrincipalPolicy,
    GetCredentialReport: getCredentialReport,
    GetGroup: getGroup,
    GetGroupPolicy: getGroupPolicy,
    GetInstanceProfile: getInstanceProfile,
    GetLoginProfile: getLoginProfile,
    GetMFADevice: getMFADevice,
    GetOpenIDConnectProvider: getOpenIDConnectProvider,
    GetOutboundWebIdentityFederationInfo: getOutboundWebIdentityFederationInfo,
    GetPolicy: getPolicy,
    GetPolicyVersion: getPolicyVersion,
    GetRole: getRole,
    GetRolePolicy: getRolePolicy,
    GetSAMLProvider: getSAMLProvider,
    GetServiceLastAccessedDetails: getServiceLastAccessedDetails,
    GetServiceLastAccessedDetailsWithEntities: getServiceLastAccessedDetailsWithEntities,
    GetServiceLinkedRoleDeletionStatus: getServiceLinkedRoleDeletionStatus,
    GetUser: getUser,
    GetUserPolicy: getUserPolicy,
    ListAccessKeys: listAccessKeys,
    ListAccountAliases: listAccountAliases,
    ListAttachedGroupPolicies: listAttachedGroupPolicies,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListAttachedUserPolicies: listAttachedUserPolicies,
    ListEntitiesForPolicy: listEntitiesForPolicy,
    ListGroupPolicies: listGroupPolicies,
    ListGroups: listGroups,
    ListGroupsForUser: listGroupsForUser,
    ListInstanceProfileTags: listInstanceProfileTags,
    ListInstanceProfiles: listInstanceProfiles,
    ListInstanceProfilesForRole: listInstanceProfilesForRole,
    ListMFADeviceTags: listMFADeviceTags,
    ListMFADevices: listMFADevices,
    ListOpenIDConnectProviderTags: listOpenIDConnectProviderTags,
    ListOpenIDConnectProviders: listOpenIDConnectProviders,
    ListPolicies: listPolicies,
    ListPoliciesGrantingServiceAccess: listPoliciesGrantingServiceAccess,
    ListPolicyTags: listPolicyTags,
    ListPolicyVersions: listPolicyVersions,
    ListRolePolicies: listRolePolicies,
    ListRoleTags: listRoleTags,
    ListRoles: listRoles,
    ListSAMLProviderTags: listSAMLProviderTags,
    ListSAMLProviders: listSAMLProviders,
    ListSSHPublicKeys: listSSHPublicKeys,
    ListServerCertificates: listServerCertificates,
    ListServiceSpecificCredentials: listServiceSpecificCredentials,
    ListSigningCertificates: listSigningCertificates,
    ListUserPolicies: listUserPolicies,
    ListUserTags: listUserTags,
    ListUsers: listUsers,
    ListVirtualMFADevices: listVirtualMFADevices,
    PutGroupPolicy: putGroupPolicy,
    PutRolePermissionsBoundary: putRolePermissionsBoundary,
    PutRolePolicy: putRolePolicy,
    PutUserPermissionsBoundary: putUserPermissionsBoundary,
    PutUserPolicy: putUserPolicy,
    RemoveClientIDFromOpenIDConnectProvider: removeClientIDFromOpenIDConnectProvider,
    RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
    RemoveUserFromGroup: removeUserFromGroup,
    ResyncMFADevice: resyncMFADevice,
    SetDefaultPolicyVersion: setDefaultPolicyVersion,
    SimulateCustomPolicy: simulateCustomPolicy,
    SimulatePrincipalPolicy: simulatePrincipalPolicy,
    TagInstanceProfile: tagInstanceProfile,
    TagMFADevice: tagMFADevice,
    TagOpenIDConnectProvider: tagOpenIDConnectProvider,
    TagPolicy: tagPolicy,
    TagRole: tagRole,
    TagSAMLProvider: tagSAMLProvider,
    TagUser: tagUser,
    UntagInstanceProfile: untagInstanceProfile,
    UntagMFADevice: untagMFADevice,
    UntagOpenIDConnectProvider: untagOpenIDConnectProvider,
    UntagPolicy: untagPolicy,
    UntagRole: untagRole,
    UntagSAMLProvider: untagSAMLProvider,
    UntagUser: untagUser,
    UpdateAccessKey: updateAccessKey,
    UpdateAccountPasswordPolicy: updateAccountPasswordPolicy,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
    UpdateGroup: updateGroup,
    UpdateOpenIDConnectProviderThumbprint: updateOpenIDConnectProviderThumbprint,
    UpdateRole: updateRole,
    UpdateRoleDescription: updateRoleDescription,
    UpdateSAMLProvider: updateSAMLProvider,
    UpdateUser: updateUser,
  },
  unserved,
})
