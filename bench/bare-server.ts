// The measure of all others: a node:http server that answers a constant. It is told how long the constant is, and tells
// its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

let body = Buffer.alloc(0)

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1', 'Content-Length': body.length })
  response.end(body)
})
const listening = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

process.on('message', async (answerBytes: number) => {
  body = Buffer.alloc(answerBytes, 'x')
  await listening
  process.send?.((server.address() as AddressInfo).port)
})
process.on('disconnect', () => process.exit(0))
