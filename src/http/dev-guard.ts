import type { Reply } from './listener.ts'
import type { Message } from './message.ts'

const localName =
  /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i

/**
 * What a development server must not answer: its keys are known to everybody, so a web page that a developer has open
 * could sign requests too. A browser betrays itself by `Origin`, or, where it sends none (a signed address as the source
 * of an image, a link), by `Sec-Fetch-Site`; a page that renamed itself to this address (DNS rebinding) by a foreign `Host`.
 */
export function devGuard({ index: { header } }: Pick<Message, 'index'>): Reply | undefined {
  const site = header('sec-fetch-site')
  if (header('origin') !== undefined || (site !== undefined && site !== 'none' && site !== 'same-origin'))
    return refused('Requests from web pages (with an Origin or a Sec-Fetch-Site header) are not answered in dev mode.')
  if (!localName.test(header('host') ?? ''))
    return refused('In dev mode the Host must be localhost, a name under .localhost, or a loopback address.')
  return undefined
}

function refused(message: string): Reply {
  return {
    status: 403,
    headers: { 'Content-Type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: 'AccessDeniedException', Message: message }),
  }
}
