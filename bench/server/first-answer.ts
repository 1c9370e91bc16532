import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { host } from '../aws/signed-call.ts'
import { type Answer, Answers } from '../driver/answers.ts'

const pauseMilliseconds = 2
const longestMilliseconds = 120_000

/** Sends a request as soon as somebody listens, and resolves with the end of the answer; rejects where it is not a 200. */
export async function firstAnswer(port: number, request: Uint8Array): Promise<void> {
  const deadline = performance.now() + longestMilliseconds
  while (performance.now() < deadline) {
    const answer = await ask(port, request)
    if (answer?.status === 200) return
    if (answer !== undefined) throw new Error(`The first answer was not 200: ${answer.text}`)
    await delay(pauseMilliseconds)
  }
  throw new Error(`Nobody has answered at port ${port} for ${longestMilliseconds / 1000} seconds.`)
}

/** The answer, or nothing where nobody listens yet. */
function ask(port: number, request: Uint8Array): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const answers = new Answers()
    const socket = connect({ port, host }, () => socket.write(request))
    const end = (answer: Answer | undefined): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('data', (chunk: Buffer) => {
      const answer = answers.take(chunk)
      if (answer !== undefined) end(answer)
    })
    socket.on('error', () => end(undefined))
    socket.on('close', () => end(undefined))
  })
}
