/** Counts on standard error how far a command is: on one line of a terminal, elsewhere a line for every tenth part. */
export function startProgress(what: string, total: number, to: NodeJS.WriteStream = process.stderr) {
  let done = 0
  let told = 0
  const progress = {
    step: (): void => progress.reach(done + 1),
    reach(now: number): void {
      done = now
      if (to.isTTY) to.write(`\r${what} ${done}/${total}${done === total ? '\n' : ''}`)
      else if (done === total || done - told >= total / 10) {
        told = done
        to.write(`${what} ${done}/${total}\n`)
      }
    },
  }
  return progress
}
