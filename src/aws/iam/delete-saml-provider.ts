import { count } from './accounts.ts'
import { operation } from './operation.ts'
import { samlProviders, samlProviderWithArn } from './saml-provider.ts'

/** Ends the trust in a SAML identity provider: nobody assumes a role with its assertions any more. */
export const deleteSAMLProvider = operation('DeleteSAMLProvider', {
  on: samlProviderWithArn,
  async handle(_input, { account, name }, { tx }) {
    samlProviders.delete(tx, account, name.toLowerCase())
    await count(tx, account, 'samlProviders', -1)
    return {}
  },
})
