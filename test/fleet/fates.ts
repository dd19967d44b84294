/** A line that a worker told, and when, in milliseconds. */
export interface Told {
  readonly worker: number
  readonly at: number
  readonly text: string
}

/** What stands among the lines of a worker that can tell nothing any more. */
export const killed = 'killed'

const begun = /^(.*): begins$/
const over = (trial: string) => new RegExp(`^${trial}: (ended|stopped|its process died|no sign of life)`)

/**
 * What workers had at work at a time, and what became of it: `TRIAL on 0: went on`, or `… : taken over by 2
 * after 3.1 s, from step 2000`. All workers are looked at if none is named.
 */
export function fateOf(told: readonly Told[], at: number, worker?: number): string {
  const before = told.filter((line) => line.at < at && (worker === undefined || line.worker === worker))
  const workers = [...new Set(before.map((line) => line.worker))].sort()
  const fates = workers.flatMap((each) => {
    const own = before.filter((line) => line.worker === each)
    const last = own.findLastIndex(({ text }) => begun.test(text))
    const trial = begun.exec(own[last]?.text ?? '')?.[1]
    if (trial === undefined || own.slice(last).some(({ text }) => text === killed || over(trial).test(text)))
      return []
    return [`${trial} on ${each}: ${afterwards(told, at, trial, each)}`]
  })
  return fates.length === 0 ? 'nothing' : fates.join('; ')
}

function afterwards(told: readonly Told[], at: number, trial: string, worker: number): string {
  const later = told.filter((line) => line.at >= at && line.text.startsWith(`${trial}: `))
  const [first] = later
  if (first?.worker === worker && first.text.startsWith(`${trial}: ended`)) return 'went on'
  const again = later.find(({ text }) => begun.test(text))
  if (!again) return 'nobody tells'
  const from = later.find(
    (line) => line.worker === again.worker && line.at >= again.at && line.text.includes('goes on from'),
  )
  const step = /step \d+/.exec(from?.text ?? '')?.[0] ?? 'its beginning'
  return `begun again by ${again.worker} after ${((again.at - at) / 1000).toFixed(1)} s, from ${step}`
}
