import type { Redis } from 'ioredis'
import { post, postEvery, posted, withdraw, type PostedComparison } from './board.js'
import { identityText, mismatch, queueOf } from './identity.js'

/**
 * Posts a comparison for workers, and counts how many trials those that fit run at a time. If none fits, that
 * is told once, with the reasons of those that do not.
 */
export function watchWorkers(
  redis: Redis,
  comparison: PostedComparison,
  say: (text: string) => void,
  onCount: (atATime: number) => void,
) {
  let told = ''
  const look = async (): Promise<void> => {
    await post(redis, 'comparisons', comparison)
    const workers = await posted(redis, 'workers')
    const fits = workers.filter(({ identity }) => queueOf(identity) === queueOf(comparison.identity))
    onCount(fits.reduce((sum, { concurrency }) => sum + concurrency, 0))
    const reasons = workers.map(
      ({ name, identity }) => `worker ${name} is refused: ${mismatch(comparison.identity, identity)}`,
    )
    const text =
      fits.length > 0
        ? ''
        : [
            `the trials wait for a worker that is ${identityText(comparison.identity)}`,
            ...reasons.sort(),
          ].join('\n')
    if (text !== told && text !== '') say(text)
    told = text
  }
  const looking = setInterval(() => void look().catch(() => undefined), postEvery)
  void look().catch(() => undefined)
  return {
    /** Takes the notice down. */
    async end(): Promise<void> {
      clearInterval(looking)
      await withdraw(redis, 'comparisons', comparison.name)
    },
  }
}
