/** The parts of an Amazon Resource Name. Region and account may be empty; the resource may have any characters. */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  readonly resource: string
}

const longestArn = 2048
const arnText = /^arn:([a-z][a-z0-9-]{0,30}):([a-z0-9][a-z0-9.-]{0,62}):([a-z0-9-]{0,32}):(\d{12}|aws)?:/

/** The parts of an ARN, or nothing where the text is not a complete and plain one (no wildcards before the resource). */
export function parseArn(text: string): Arn | undefined {
  if (text.length > longestArn) return undefined
  const found = arnText.exec(text)
  if (found === null) return undefined
  const [head, partition, service, region, account = ''] = found as unknown as [string, string, string, string, string?]
  const resource = text.slice(head.length)
  return resource === '' ? undefined : { partition, service, region, account, resource }
}

export function formatArn(arn: Arn): string {
  return `arn:${arn.partition}:${arn.service}:${arn.region}:${arn.account}:${arn.resource}`
}
