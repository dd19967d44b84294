import { searchSpan, type SearchWork } from '../trial/expected.js'
import type { SearchTimes } from '../trial/rehearsal.js'

/** How long a search is: its steps, and the iterations between inspections of its gates. */
export interface SearchLength {
  readonly steps: number
  readonly inspectEvery: number
}

/** The largest share of a search's time for inspections, and the fewest of them over the time of gates. */
const [lookShare, fewestLooks] = [0.25, 12]

/** A search as it was measured. */
export interface MeasuredSearch {
  readonly work: SearchWork
  readonly times: SearchTimes
  /** The share of a step's time that is left at the end. */
  readonly left: number
}

/**
 * The longest search that takes `seconds` as a rule, at most as long as it is. Inspections cost the same however
 * few steps there are, so a short search gets fewer, unless their interval is `given`. Undefined if even
 * `fewest` steps take longer.
 */
export function lengthWithin(
  search: MeasuredSearch,
  seconds: number,
  { fewest, given }: { readonly fewest: number; readonly given: boolean },
): SearchLength | undefined {
  const { work } = search
  const at = (steps: number): SearchLength => ({
    steps,
    inspectEvery: given ? work.inspectEvery : intervalOf(search, steps, seconds),
  })
  const fits = (steps: number) => secondsOf(search, at(steps)) <= seconds
  if (fits(work.steps)) return at(work.steps)
  let [low, high] = [Math.min(fewest, work.steps), work.steps]
  if (!fits(low)) return undefined
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle
  }
  return at(low)
}

/** What a search of another length takes as a rule. */
export const secondsOf = (search: MeasuredSearch, length: SearchLength): number =>
  searchSpan(shortened(search.work, length), search.times, search.left).typical

/** The work of the same search in fewer steps: its phases keep their shares. */
function shortened(work: SearchWork, { steps, inspectEvery }: SearchLength): SearchWork {
  const scale = (t: number) => (t * steps) / work.steps
  return {
    ...work,
    steps,
    phases: work.phases.map((phase) => ({ ...phase, from: scale(phase.from), to: scale(phase.to) })),
    prune: { from: scale(work.prune.from), until: scale(work.prune.until) },
    inspectEvery: inspectEvery,
  }
}

/** The usual interval of a search of so many steps, or one with fewer inspections if they took too much. */
function intervalOf({ work, times }: MeasuredSearch, steps: number, seconds: number): number {
  const moving = work.phases.reduce((sum, { from, to, gates }) => sum + (gates === 'move' ? to - from : 0), 0)
  const usual = moving / work.inspectEvery
  const each = work.rows.look * times.row + times.renewal
  const looks = Math.min(usual, Math.max(fewestLooks, (lookShare * seconds) / Math.max(each, 1e-9)))
  return Math.max(1, Math.round((moving * steps) / work.steps / Math.max(1, looks)))
}
