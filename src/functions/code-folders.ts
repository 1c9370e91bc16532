import { renameSync } from 'node:fs'
import { chmod, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { uuid } from '../base/ids.ts'
import { checkZip, unpackZip, type ZipFault } from './zip.ts'

/** A zip archive by the hash of its bytes; `read` is asked only where it is not unpacked yet. */
export interface CodeSource {
  /** SHA-256 in base64. */
  readonly sha256: string
  read(): Promise<Uint8Array>
}

interface Kept {
  readonly path: Promise<string | { readonly refused: ZipFault }>
  users: number
}

const mostUnused = 20

/** Unpacked code by content: several functions may share a folder, and none may write into it. */
export class CodeFolders {
  readonly #root: string
  readonly #kept = new Map<string, Kept>()

  constructor(root: string) {
    this.#root = root
  }

  /** The folder with the code, which stays until it is released. */
  async use(code: CodeSource): Promise<{ path: string; release: () => void } | { readonly refused: ZipFault }> {
    const name = Buffer.from(code.sha256, 'base64').toString('hex')
    const kept = this.#kept.get(name) ?? { path: this.#unpack(name, code), users: 0 }
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    kept.users++
    let path: Awaited<Kept['path']>
    try {
      path = await kept.path
    } catch (error) {
      this.#kept.delete(name)
      throw error
    }
    if (typeof path !== 'string') {
      kept.users--
      this.#kept.delete(name)
      return path
    }
    return { path, release: () => this.#release(kept) }
  }

  #release(kept: Kept): void {
    kept.users--
    const unused = [...this.#kept].filter(([, { users }]) => users === 0)
    for (const [name] of unused.slice(0, Math.max(0, unused.length - mostUnused))) {
      this.#kept.delete(name)
      // Out of the way at once: somebody may want the same code again while this is being removed.
      const trash = join(this.#root, `.${uuid()}`)
      renameSync(join(this.#root, name), trash)
      void rm(trash, { recursive: true, force: true })
    }
  }

  async #unpack(name: string, code: CodeSource): Promise<string | { readonly refused: ZipFault }> {
    const checked = await checkZip(await code.read())
    if ('refused' in checked) return checked
    const target = join(this.#root, name)
    const draft = join(this.#root, `.${uuid()}`)
    await mkdir(draft, { mode: 0o755 })
    const fault = await unpackZip(checked, draft)
    if (fault) {
      await rm(draft, { recursive: true, force: true })
      return fault
    }
    await chmod(draft, 0o755)
    await rename(draft, target)
    return target
  }
}
