/** How the handlers of a runtime are run. Names are those of Lambda; which program stands behind them is this server's choice. */
export type Language = 'node' | 'python' | 'bootstrap'

/**
 * The runtimes that can be asked for. The Node that runs this server serves all of Node's, the first `python3` on the path all of
 * Python's; a `bootstrap` brings its own.
 */
export const runtimes = {
  'nodejs18.x': 'node',
  'nodejs20.x': 'node',
  'nodejs22.x': 'node',
  'nodejs24.x': 'node',
  'python3.9': 'python',
  'python3.10': 'python',
  'python3.11': 'python',
  'python3.12': 'python',
  'python3.13': 'python',
  'python3.14': 'python',
  'provided.al2': 'bootstrap',
  'provided.al2023': 'bootstrap',
} as const satisfies Record<string, Language>

export type RuntimeName = keyof typeof runtimes

export function isRuntime(name: string): name is RuntimeName {
  return Object.hasOwn(runtimes, name)
}
