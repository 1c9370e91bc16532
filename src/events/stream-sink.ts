import type { Writable } from 'node:stream'
import type { Delivery, Sink } from './sink.ts'

/** Writes events to a stream such as the standard output, one line of JSON each. */
export function streamSink(stream: Writable): Sink {
  return {
    async deliver(events) {
      const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')
      const delivery = await write(stream, lines)
      return events.map(() => delivery)
    },
    close: () => Promise.resolve(),
  }
}

function write(stream: Writable, text: string): Promise<Delivery> {
  return new Promise((resolve) => {
    stream.write(text, (error) => {
      if (!error) return resolve({ taken: true })
      resolve({ failed: 'unavailable', reason: (error as NodeJS.ErrnoException).code ?? 'the stream is closed' })
    })
  })
}
