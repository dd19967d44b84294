import { linkSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { makeFolder } from '../base/files.js'

/** The file of a run's folder that names the process which writes there. */
export const lockFile = 'run.lock'

/** Who holds a lock. */
interface Owner {
  readonly format: 'sentei-lock/1'
  readonly pid: number
  readonly host: string
  /** When the process began, as the system counts; numbers of processes come again. Null where it does not say. */
  readonly began: string | null
  /** When it took the lock. */
  readonly since: string
}

/**
 * Does something while no other process may write into a run's folder. Throws an InputError that names the process
 * which holds it. What a process that is gone left behind is taken over, its half-written files are removed.
 */
export async function withRunLock<T>(
  folder: string,
  onNotice: ((text: string) => void) | undefined,
  work: () => Promise<T>,
): Promise<T> {
  makeFolder(folder)
  const path = join(folder, lockFile)
  acquire(path, folder, onNotice)
  try {
    sweep(folder)
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

/** Throws where a process that may be there holds a run's folder. */
export function requireUnlocked(folder: string): void {
  const owner = ownerOf(join(folder, lockFile))
  if (owner && mayLive(owner)) throw held(folder, owner)
}

function acquire(path: string, folder: string, onNotice?: (text: string) => void): void {
  if (created(path)) return
  const owner = ownerOf(path)
  if (owner && mayLive(owner)) throw held(folder, owner)
  // Of several that find a stale lock one may replace it: the one that holds the lock on doing so.
  acquire(`${path}.takeover`, folder)
  try {
    const now = ownerOf(path)
    if (now && mayLive(now)) throw held(folder, now)
    if (now)
      onNotice?.(
        `${folder}: process ${now.pid}, which held it since ${now.since}, is gone; going on in its place`,
      )
    rmSync(path, { force: true })
    if (!created(path)) throw held(folder, ownerOf(path))
  } finally {
    rmSync(`${path}.takeover`, { force: true })
  }
}

/** Creates a lock of this process with its content in one step; false where there is one. */
function created(path: string): boolean {
  const owner: Owner = {
    format: 'sentei-lock/1',
    pid: process.pid,
    host: hostname(),
    began: beganAt(process.pid),
    since: new Date().toISOString(),
  }
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(owner)}\n`)
  try {
    linkSync(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    return createdWithoutLinks(path, readFileSync(temporary))
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** For systems without links: others may see the file before its content, for a moment. */
function createdWithoutLinks(path: string, content: Buffer): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The process that holds a lock; undefined if none does. Anything else in its place is an error: Sentei did not write it. */
function ownerOf(path: string): Owner | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null
    if (owner?.format === 'sentei-lock/1' && Number.isSafeInteger(owner.pid) && owner.pid! > 0)
      return owner as Owner
  } catch {
    // Said below.
  }
  throw new InputError(`${path}: not a readable lock; remove it if no process is writing there`)
}

function held(folder: string, owner: Owner | undefined): InputError {
  if (!owner) return new InputError(`${folder}: another process has just taken it; try again`)
  const { pid, host, since } = owner
  const elsewhere = host === hostname() ? '' : ` on ${host}`
  const remedy =
    elsewhere === ''
      ? 'wait for it, or stop it'
      : `wait for it, or remove ${join(folder, lockFile)} if it is gone`
  return new InputError(`${folder}: process ${pid}${elsewhere} is writing there since ${since}; ${remedy}`)
}

/** Is the process there, for all that this machine can say? */
function mayLive({ pid, host, began }: Owner): boolean {
  if (host !== hostname()) return true
  if (!isThere(pid)) return false
  const now = beganAt(pid)
  return began === null || now === null || now === began
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process is there, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Ticks from a machine's start to a process's, with the machine's start; null where there is no /proc. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // One that has ended and was not collected yet has begun at no time.
    if (fields[0] === 'Z') return 'ended'
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${fields[19]}`
  } catch {
    return null
  }
}

/** Removes the half-written files (`NAME.PID.tmp`) of processes that are gone. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const pid = /\.(\d+)\.tmp$/.exec(name)?.[1]
    if (pid !== undefined && (Number(pid) === process.pid || !isThere(Number(pid))))
      rmSync(join(folder, name), { force: true })
  }
}
