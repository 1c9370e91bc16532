const upload = 70 * 1024 * 1024
/** 6 MB (Lambda developer guide, «quotas»). */
export const longestPayload = 6 * 1024 * 1024

/**
 * How long the body of a request to Lambda may be, where that is more than other requests need: an archive of 50 MB in base64 within
 * JSON, and the payload of an invocation.
 */
export function longestLambdaBody({
  method,
  url = '',
}: {
  readonly method?: string | undefined
  readonly url?: string | undefined
}): number | undefined {
  const path = url.split('?', 1)[0] as string
  if (!path.startsWith('/2015-03-31/functions')) return undefined
  if (method === 'POST' && /^\/2015-03-31\/functions\/?$/.test(path)) return upload
  if (method === 'PUT' && /^\/2015-03-31\/functions\/[^/]+\/code\/?$/.test(path)) return upload
  return method === 'POST' && /^\/2015-03-31\/functions\/[^/]+\/invocations\/?$/.test(path) ? longestPayload : undefined
}
