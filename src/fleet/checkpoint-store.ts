import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Keeps the state of trials where every worker reaches it: a shared folder, or a store of objects. Names are
 * `TRIAL/PART`. Two workers may write the same name at once, for a trial that was taken over: a reader must
 * then get what one of them wrote, whole.
 */
export interface FleetStore {
  /** What was last written; undefined if nothing was. */
  read(name: string): Promise<Buffer | undefined>
  write(name: string, bytes: Uint8Array): Promise<void>
  /** Removes all parts of a trial. */
  remove(trial: string): Promise<void>
}

/** A store in a folder that all workers see, for example by NFS. */
export const folderStore = (folder: string): FleetStore => ({
  async read(name) {
    try {
      return await readFile(join(folder, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  },
  async write(name, bytes) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    // Process numbers repeat between machines, so that they make no name of one's own.
    const temporary = `${path}.${randomUUID()}.tmp`
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
      await file.close()
      await rename(temporary, path)
    } finally {
      await file.close().catch(() => undefined)
      await rm(temporary, { force: true })
    }
  },
  remove: (trial) => rm(join(folder, trial), { recursive: true, force: true }),
})

/**
 * Writes what is last given, one write at a time; what was given in between is left out. A trial is worth more
 * than its checkpoint, so that a write that fails is told to `fails`, and the next one is tried.
 */
export function latestWriter(write: (bytes: Uint8Array) => Promise<void>, fails: (error: Error) => void) {
  let next: Uint8Array | undefined
  let writing: Promise<void> | undefined
  const drain = async (): Promise<void> => {
    for (; next !== undefined;) {
      const bytes = next
      next = undefined
      await write(bytes).catch(fails)
    }
    writing = undefined
  }
  return {
    give(bytes: Uint8Array): void {
      next = bytes
      writing ??= drain()
    },
    /** Waits until the last one is written. */
    settled: async (): Promise<void> => writing,
  }
}
