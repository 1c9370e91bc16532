import { readSource } from './authorities.ts'
import { add, callersAccount, trustAnchorKind } from './kind.ts'
import { notificationsNotOffered } from './messages.ts'
import { operation } from './operation.ts'
import { trustAnchorDetail } from './wire.ts'

/** Believes the certificates of an authority from now on, where it is enabled. */
export const createTrustAnchor = operation('CreateTrustAnchor', {
  on: callersAccount,
  async handle({ name, source, enabled = false, tags, notificationSettings }, _record, context) {
    if (notificationSettings?.some((setting) => setting.enabled)) throw notificationsNotOffered()
    const record = await add(trustAnchorKind, { name, pem: readSource(source), enabled }, tags, context)
    return { trustAnchor: trustAnchorDetail(record) }
  },
})
