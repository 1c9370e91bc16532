/** A mistake of our own, never of a caller: a request that meets one fails with an id; the store and the seal stop. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}

/** States what must hold here. The message never contains a value that came from a caller. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}

/** Marks a branch that no input reaches; the compiler proves it through the parameter's type. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${typeof value}`)
}
