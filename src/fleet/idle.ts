import { bell, unlessAborted } from './bell.js'

/** How often Redis is asked whether it is there, in milliseconds, and how late it may answer if it is. */
const askEvery = 1000
const patience = 1000

/**
 * Waits until nothing was at work for so many seconds in a row in which Redis was there, or for the signal.
 * While Redis is away, no trial can come; when it is back, comparisons put there again what it lost, so that
 * the time begins anew. `idleMs` tells for how long nothing was at work.
 */
export async function untilIdle(
  seconds: number,
  idleMs: () => number,
  redis: { ping(): Promise<unknown> },
  signal: AbortSignal,
): Promise<void> {
  const { rung } = bell()
  let thereSince = performance.now()
  while (!signal.aborted) {
    const asked = performance.now()
    // Without Redis, this waits for it.
    const answers = await unlessAborted(redis.ping(), signal).then(
      () => true,
      () => false,
    )
    const now = performance.now()
    if (!answers || now - asked > patience) thereSince = now
    else if (Math.min(idleMs(), now - thereSince) >= seconds * 1000) return
    await rung(askEvery, signal)
  }
}
