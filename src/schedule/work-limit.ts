/** How long work may take: what does not come to an end must not hold up the others for ever. */
export interface WorkLimit {
  /** The time begins anew. */
  renew(): void
  /** Resolves or rejects as the work does, or rejects when its time is over. */
  hold(work: Promise<void>): Promise<void>
}

export function workLimit(milliseconds: number): WorkLimit {
  const late = Promise.withResolvers<never>()
  const begin = () =>
    setTimeout(() => late.reject(new Error(`the job was still at work after ${milliseconds} ms`)), milliseconds).unref()
  let timer = begin()
  return {
    renew() {
      clearTimeout(timer)
      timer = begin()
    },
    async hold(work) {
      try {
        await Promise.race([work, late.promise])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
