import { authorizationOf } from '../protocols/authorization.ts'
import type { StsOperations } from '../models/sts.ts'
import { modelOf } from '../protocols/model.ts'
import { serviceOf } from '../service.ts'
import { assumeRole } from './assume-role.ts'
import { assumeRoleWithSAML } from './assume-role-with-saml.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'
import { assumableRoleByArn } from './by-arn.ts'
import { decodeAuthorizationMessage } from './decode-authorization-message.ts'
import { getAccessKeyInfo } from './get-access-key-info.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { getFederationToken } from './get-federation-token.ts'
import { getSessionToken } from './get-session-token.ts'
import { getWebIdentityToken } from './get-web-identity-token.ts'

/** AWS Security Token Service: credentials that end by themselves. */
export const sts = serviceOf<StsOperations>()({
  name: 'sts',
  model: modelOf('sts'),
  authorization: authorizationOf('sts'),
  conditions: (_input, { tags }) =>
    Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [`iam:ResourceTag/${key}`, value])),
  findByArn: assumableRoleByArn,
  serves: {
    AssumeRole: assumeRole,
    AssumeRoleWithSAML: assumeRoleWithSAML,
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    DecodeAuthorizationMessage: decodeAuthorizationMessage,
    GetAccessKeyInfo: getAccessKeyInfo,
    GetCallerIdentity: getCallerIdentity,
    GetFederationToken: getFederationToken,
    GetSessionToken: getSessionToken,
    GetWebIdentityToken: getWebIdentityToken,
  },
  unserved: ['AssumeRoot', 'GetDelegatedAccessToken'],
})
