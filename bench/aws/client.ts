import { Agent, request } from 'node:http'
import {
  type Call,
  type Credentials,
  host,
  jsonCall,
  type JsonService,
  queryCall,
  signedHeaders,
} from './signed-call.ts'

/** Makes calls as somebody, one at a time or many at once; every answer but 200 is an error. */
export interface Client {
  json(service: JsonService, operation: string, input: object): Promise<Record<string, unknown>>
  /** The answer's XML. */
  query(service: 'iam' | 'sts', action: string, parameters: Readonly<Record<string, string>>): Promise<string>
  close(): void
}

const connections = 32

export function openClient(port: number, credentials: Credentials): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const send = (call: Call): Promise<string> =>
    new Promise((resolve, reject) => {
      const length = String(Buffer.byteLength(call.body))
      const headers = [...signedHeaders(call, credentials, port, Date.now()), 'Content-Length', length]
      const sent = request({ host, port, agent, method: 'POST', path: '/', headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          if (answer.statusCode === 200) resolve(text)
          else reject(new Error(`${call.headers.join(' ')}: ${answer.statusCode} ${text}`))
        })
      })
      sent.on('error', reject)
      sent.end(call.body)
    })
  return {
    json: async (service, operation, input) =>
      JSON.parse(await send(jsonCall(service, operation, input))) as Record<string, unknown>,
    query: (service, action, parameters) => send(queryCall(service, action, parameters)),
    close: () => agent.destroy(),
  }
}

/** The text of the first element with a name. */
export function elementText(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  if (text === undefined) throw new Error(`There is no ${name} in ${xml}`)
  return text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

/** Does something for each number below `count`, as many at once as there are connections; the results in order. */
export async function forEach<T>(count: number, work: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++
      results[index] = await work(index)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return results
}
