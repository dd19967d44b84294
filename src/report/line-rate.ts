/** The share of a stage's steps between lines, and the milliseconds between lines if its length is unknown. */
const [share, apartMs] = [0.1, 30_000]

/** What the last line told, and when, if the length of its stage is unknown. */
interface Told {
  readonly stage: string
  readonly step: number
  readonly at?: number
}

/**
 * Tells whether a log without a terminal gets a line for an evaluation: about ten of each stage do. `total` is
 * the number of steps of the stage, if it is known; a stage that begins anew starts at a smaller step.
 */
export function sparing(now: () => number): (stage: string, step: number, total?: number) => boolean {
  let last: Told | undefined
  return (stage, step, total) => {
    const before: Told = last?.stage === stage && step >= last.step ? last : { stage, step: 0 }
    const at = total === undefined ? now() : undefined
    const isDue =
      at === undefined
        ? tenths(step, total!) > tenths(before.step, total!)
        : at - (before.at ?? -Infinity) >= apartMs
    last = isDue ? { stage, step, at } : before
    return isDue
  }
}

const tenths = (step: number, total: number): number => Math.floor(step / (share * total))
