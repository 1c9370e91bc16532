import type { Model, Operation, ProtocolName } from './model.ts'

/** The parts of an HTTP request that say what is asked for. */
export interface HttpRequestParts {
  readonly method: string
  /** As it was sent, without the query. */
  readonly path: string
  /** As it was sent, without the question mark. */
  readonly query: string
  /** A header's value by its lower-case name; several of one name are joined by commas. */
  readonly header: (name: string) => string | undefined
  readonly body: Uint8Array
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/**
 * An error for the wire. `code` is the name of an error shape of the model, whose code, status and members then hold,
 * or any other code, which goes out as it is.
 */
export interface WireError {
  readonly code: string
  /** Some errors have no message at all, not even an empty one. */
  readonly message?: string | undefined
  /** Overrides the model's; without either it is 400. */
  readonly status?: number | undefined
  /** Whether the server is at fault, where the model does not say; the query protocol tells it. */
  readonly fault?: 'server' | undefined
  /** Further members of the error shape. */
  readonly members?: object | undefined
}

export type Decoded = { readonly input: object } | { readonly refused: WireError }

/** A request of which it is known what it asks for; `decode` reads and checks the input. */
export interface Resolved {
  readonly operation: Operation
  decode(): Decoded
}

/** One wire format. Nothing outside its file knows how it looks. */
export interface Protocol {
  readonly name: ProtocolName
  /** Finds the operation among those of the models; answers nothing where the request does not speak this protocol. */
  resolve(request: HttpRequestParts, models: readonly Model[]): Resolved | { readonly refused: WireError } | undefined
  /** Writes an output of the operation's type. */
  encode(operation: Operation, output: object, requestId: string): HttpAnswer
  encodeError(model: Model | undefined, error: WireError, requestId: string): HttpAnswer
}

/** Keeps what is compiled for each operation, which is done when it is first called. */
export function perOperation<T>(compile: (operation: Operation) => T): (operation: Operation) => T {
  const compiled = new WeakMap<Operation, T>()
  return (operation) => {
    const known = compiled.get(operation)
    if (known !== undefined) return known
    const made = compile(operation)
    compiled.set(operation, made)
    return made
  }
}
