/** What a caller gets in place of an answer when the runtime itself came to an end: the payloads of Lambda. */
export interface FailurePayload {
  readonly errorType: string
  readonly errorMessage: string
}

export function timedOut(requestId: string, seconds: number): FailurePayload {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  }
}

/** `status` is how the process ended: its exit status, or the signal that ended it. */
export function exited(requestId: string, status: number | NodeJS.Signals): FailurePayload {
  const reason =
    status === 0
      ? 'Runtime exited without providing a reason'
      : `Runtime exited with error: ${typeof status === 'number' ? `exit status ${status}` : `signal: ${signalText(status)}`}`
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${reason}` }
}

/** As Go, in which Lambda's supervisor is written, calls them. */
function signalText(signal: NodeJS.Signals): string {
  const known: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
    SIGKILL: 'killed',
    SIGSEGV: 'segmentation fault',
    SIGABRT: 'aborted',
    SIGTERM: 'terminated',
    SIGBUS: 'bus error',
    SIGFPE: 'floating point exception',
    SIGILL: 'illegal instruction',
  }
  return known[signal] ?? signal.slice(3).toLowerCase()
}

export function responseTooLarge(largest: number): FailurePayload {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${largest} bytes).`,
  }
}

/** The program could not even be started. */
export function noEntry(requestId: string, reason: string): FailurePayload {
  return { errorType: 'Runtime.InvalidEntrypoint', errorMessage: `RequestId: ${requestId} Error: ${reason}` }
}
