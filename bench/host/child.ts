import { spawn } from 'node:child_process'
import { type Cores, onCores } from './cores.ts'

/** A child process that answers each message with one message. */
export interface ChildHandle<Question, Answer> {
  /** Its process id, which is also the id of its process group. */
  readonly id: number
  ask(question: Question): Promise<Answer>
  /** Sends a message that has no answer of its own. */
  tell(question: Question): void
  readonly stop: () => Promise<void>
}

/** Runs a TypeScript file of this folder as a process on some cores, with a channel for messages. */
export function startChild<Question, Answer>(
  program: string,
  on: readonly number[],
  cores: Cores,
): ChildHandle<Question, Answer> {
  const [command, args] = onCores(on, cores, process.execPath, ['--disable-warning=ExperimentalWarning', program])
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  return {
    id: child.pid as number,
    ask(question) {
      return new Promise((resolve, reject) => {
        const gone = (): void => reject(new Error(`${program} ended before it answered.`))
        child.once('exit', gone)
        child.once('message', (answer: unknown) => {
          child.off('exit', gone)
          resolve(answer as Answer)
        })
        child.send(question as object)
      })
    },
    tell: (question) => void child.send(question as object),
    async stop() {
      process.off('exit', kill)
      child.disconnect()
      await ended
    },
  }
}
