import { makeVerifier, type Mechanism, type Verifier } from './scram.ts'

export interface RoleName {
  readonly role: string
  readonly db: string
}

export interface User {
  readonly name: string
  readonly db: string
  readonly roles: readonly RoleName[]
  readonly restrictions: readonly unknown[]
  readonly verifiers: ReadonlyMap<Mechanism, Verifier>
}

/** An error as a command answers it: the number and name of the manual's «Error Codes». */
export class CommandError extends Error {
  readonly code: number
  readonly codeName: string

  constructor(code: number, codeName: string, message: string) {
    super(message)
    this.code = code
    this.codeName = codeName
  }
}

/** What an action is on: one database, or the user who is logged in himself. */
interface Privilege {
  readonly everywhere: boolean
  readonly actions: readonly string[]
}

const administration = ['viewUser', 'createUser', 'dropUser', 'changePassword', 'grantRole', 'revokeRole']

/**
 * Built-in roles as far as they matter here (manual, «Built-In Roles»), and the one that its tutorial «Change Your Password and Custom
 * Data» makes for users who change their own password: `readWrite` alone does not let them.
 */
const roles: ReadonlyMap<string, Privilege> = new Map([
  ['read', { everywhere: false, actions: ['find'] }],
  ['readWrite', { everywhere: false, actions: ['find', 'insert'] }],
  ['userAdmin', { everywhere: false, actions: administration }],
  ['userAdminAnyDatabase', { everywhere: true, actions: administration }],
  ['root', { everywhere: true, actions: [...administration, 'find', 'insert'] }],
  ['changeOwnPasswordCustomDataRole', { everywhere: true, actions: ['changeOwnPassword', 'changeOwnCustomData'] }],
])

/** The users of a server: one for a name in a database. */
export class Users {
  readonly #users = new Map<string, User>()
  readonly #mechanisms: readonly Mechanism[]

  constructor(mechanisms: readonly Mechanism[]) {
    this.#mechanisms = mechanisms
  }

  find(db: string, name: string): User | undefined {
    return this.#users.get(`${db}.${name}`)
  }

  in(db: string): readonly User[] {
    return [...this.#users.values()].filter((user) => user.db === db)
  }

  put(user: Omit<User, 'verifiers'>, password: string): void {
    const verifiers = new Map(this.#mechanisms.map((one) => [one, makeVerifier(one, user.name, password)]))
    this.#users.set(`${user.db}.${user.name}`, { ...user, verifiers })
  }

  remove(db: string, name: string): void {
    this.#users.delete(`${db}.${name}`)
  }

  may(user: User, action: string, db: string): boolean {
    return user.roles.some((granted) => {
      const role = roles.get(granted.role)
      return role !== undefined && (role.everywhere || granted.db === db) && role.actions.includes(action)
    })
  }

  /** Roles come as names of this database or as name and database (manual, `createUser`, «roles»). */
  readRoles(value: unknown, db: string): readonly RoleName[] {
    if (!Array.isArray(value)) throw new CommandError(14, 'TypeMismatch', 'roles must be an array')
    return value.map((one: unknown) => {
      const read = typeof one === 'string' ? { role: one, db } : (one as RoleName)
      if (!roles.has(read.role))
        throw new CommandError(31, 'RoleNotFound', `Could not find role: ${read.role}@${read.db}`)
      return { role: read.role, db: read.db }
    })
  }
}
