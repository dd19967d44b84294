import { Interrupted } from '../base/errors.js'
import { readSafetensors, safetensors } from '../base/safetensors.js'
import type { KnownTries } from '../planners/try-out.js'
import type { Tried } from '../planners/trying.js'
import type { AskedTries } from './child-messages.js'
import type { TryAnswer } from './jobs.js'

/**
 * The tries of a trial from its first to the last before which none is missing: what others have computed
 * and, where the queue has forgotten it, what was saved.
 */
export function knownIn(answers: readonly TryAnswer[], saved: readonly Tried[]): Tried[] {
  const byNumber = new Map(answers.map(({ number, tried }) => [number, tried]))
  const known: Tried[] = []
  for (let next: Tried | undefined; (next = byNumber.get(known.length) ?? saved[known.length]);)
    known.push(next)
  return known
}

/**
 * Lets a trial end where its planner asks for tries, which others compute: they are known when it begins
 * again. `trained` says that others have the weights with which tries begin.
 */
export function handingOver(trained: boolean) {
  let asked: AskedTries | undefined
  const elsewhere: KnownTries['elsewhere'] = (proposals, first, weights) => ({
    async *[Symbol.asyncIterator]() {
      const began = performance.now()
      const made = trained ? undefined : weightBytes(await weights())
      const seconds = (performance.now() - began) / 1000
      asked = { proposals, first, seconds, weights: made }
      throw new Interrupted('others compute its tries')
    },
  })
  return { elsewhere, asked: () => asked }
}

/** Named weights as bytes, with a hash of all of them. */
const weightBytes = (weights: ReadonlyMap<string, Float32Array>): Buffer => safetensors({}, weights)

/** The weights in bytes that `handingOver` made. Throws if they are damaged. */
export const weightsIn = (bytes: Uint8Array): ReadonlyMap<string, Float32Array> =>
  readSafetensors(Buffer.from(bytes)).arrays as ReadonlyMap<string, Float32Array>
