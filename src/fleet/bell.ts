import { Interrupted } from '../base/errors.js'

/** Lets one wait for what others ring. A ring that nobody waits for is heard by the next who waits. */
export function bell() {
  let heard = false
  let wake: (() => void) | undefined
  const ring = (): void => {
    heard = true
    wake?.()
  }
  /** Waits for a ring, so many milliseconds at most, or until the signal aborts. */
  const rung = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (!heard && !signal?.aborted)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        wake = () => (clearTimeout(timer), resolve())
        signal?.addEventListener('abort', ring, { once: true })
      })
    signal?.removeEventListener('abort', ring)
    heard = false
    wake = undefined
  }
  return { ring, rung }
}

/** How long an end waits for Redis, which may be away, in milliseconds. */
const patience = 1000

/** Waits for the last commands of an end, but not for long. What fails in them does not matter any more. */
export async function withinPatience(ends: readonly Promise<unknown>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise((resolve) => (timer = setTimeout(resolve, patience)))
  await Promise.race([Promise.allSettled(ends), enough])
  clearTimeout(timer)
}

/** What a promise gives or, if that takes longer than Redis is waited for, something instead. */
export async function inTime<T>(promise: Promise<T>, instead: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => (timer = setTimeout(() => resolve(instead), patience)))
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** A promise that is not waited for once the signal aborts: throws Interrupted then. */
export async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise
  let stop: (() => void) | undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new Interrupted('interrupted; what is in the queue goes on'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([promise, stopped])
  } finally {
    signal.removeEventListener('abort', stop!)
  }
}
