import { linkSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { InputError } from './errors.js'
import { makeFolder } from './files.js'

/** The file in a run's folder that names the process that writes there. */
export const lockFile = 'run.lock'

/** The process that holds a lock. */
interface Owner {
  readonly format: 'sentei-lock/1'
  readonly pid: number
  readonly host: string
  /**
   * When the process began, as the system counts; needed because process numbers are reused. Null if unknown.
   */
  readonly began: string | null
  /** When the process took the lock. */
  readonly since: string
}

/**
 * Runs `work` while no other process may write to a run's folder. Throws an InputError that names the process
 * that holds the lock. The lock of a process that no longer exists is taken over, and its incomplete files
 * are removed.
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

/** Throws if a run's folder is locked by a process that may still exist. */
export function requireUnlocked(folder: string): void {
  const owner = ownerOf(join(folder, lockFile))
  if (owner && mayLive(owner)) throw held(folder, owner)
}

/** Whether a process that may still exist is writing to a run's folder. */
export function isHeld(folder: string): boolean {
  const owner = ownerOf(join(folder, lockFile))
  return owner !== undefined && mayLive(owner)
}

function acquire(path: string, folder: string, onNotice?: (text: string) => void): void {
  if (created(path)) return
  const owner = ownerOf(path)
  if (owner && mayLive(owner)) throw held(folder, owner)
  // Several processes may find the same stale lock; only the one that holds this second lock may replace it.
  acquire(`${path}.takeover`, folder)
  try {
    const now = ownerOf(path)
    if (now && mayLive(now)) throw held(folder, now)
    if (now)
      onNotice?.(
        `${folder}: process ${now.pid}, which held it since ${now.since}, has ended; continuing in its place`,
      )
    rmSync(path, { force: true })
    if (!created(path)) throw held(folder, ownerOf(path))
  } finally {
    rmSync(`${path}.takeover`, { force: true })
  }
}

/** Creates a lock of this process, with its content, in one step; false if a lock exists. */
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

/** Creates a lock on file systems without links, where others may briefly see the file while it is empty. */
function createdWithoutLinks(path: string, content: Buffer): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * The process that holds a lock; undefined if none does. Throws if the file is not a lock that Sentei wrote.
 */
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
    // The error below reports it.
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

/** Whether the process may still exist, as far as this machine can tell. */
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
    // EPERM means that the process exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Identifies when a process began: the id of the machine's boot and the clock ticks since then; null without
 * /proc.
 */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name, in parentheses, may itself contain parentheses and spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended, although it still has an entry.
    if (fields[0] === 'Z') return 'ended'
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${fields[19]}`
  } catch {
    return null
  }
}

/** Removes incomplete files (`NAME.PID.tmp`) of processes that no longer exist. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const pid = /\.(\d+)\.tmp$/.exec(name)?.[1]
    if (pid !== undefined && (Number(pid) === process.pid || !isThere(Number(pid))))
      rmSync(join(folder, name), { force: true })
  }
}
