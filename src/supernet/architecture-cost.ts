import { withoutDeadNodes } from '../nn/transform.js'
import type { Choices } from './notation.js'
import { tallyOf, type Figures, type MemberWeight, type Tally } from './tally.js'
import type { CostMetric, Supernet } from './types.js'

/** The figures of a supernet with only some members kept. */
export interface Prospect extends Figures {
  /** The groups that would remain. The groups of an edge are removed with the edge. */
  readonly standing: ReadonlySet<string>
}

/** Counts the cost of choices. A group without a choice keeps all its members. */
export interface Costs {
  (choices: Choices): Prospect
  /**
   * Starts a tally at an architecture, for counting many architectures that each differ little from the one
   * before.
   */
  from(choices: Choices): Tally
}

/**
 * Counts the cost of choices without pruning the graph, which would take a thousand times as long. Of units
 * only the number matters, since those of a layer cost the same. `times` gives the milliseconds of a member
 * from a measured table.
 */
export function architectureCosts(
  { graph, groups }: Supernet,
  metric: CostMetric,
  times: MemberWeight = () => 0,
): Costs {
  const task = withoutDeadNodes(graph, ['task'])
  const all: Choices = Object.fromEntries(
    groups.map(({ name, members }) => [name, members.map((member) => member.name)]),
  )
  const from = (choices: Choices): Tally => {
    const tally = tallyOf(task, groups, metric, times)
    tally.change(choices)
    return tally
  }
  let last: Tally | undefined
  const of = (choices: Choices): Prospect => {
    last ??= from(all)
    last.change({ ...all, ...choices })
    return prospect(last, groups)
  }
  return Object.assign(of, { from })
}

/** The current figures of a counted architecture, and the groups that its output still needs. */
export function prospect(tally: Tally, groups: Supernet['groups']): Prospect {
  const standing = groups.filter(({ name }) => tally.stands(name)).map(({ name }) => name)
  return { ...tally.figures(), standing: new Set(standing) }
}
