import { withoutDeadNodes } from '../nn/transform.js'
import type { Choices } from './notation.js'
import { tallyOf, type Figures, type MemberWeight, type Tally } from './tally.js'
import type { CostMetric, Supernet } from './types.js'

/** What a supernet would be with only some members kept. */
export interface Prospect extends Figures {
  /** The groups that would still stand: those of an edge go with it. */
  readonly standing: ReadonlySet<string>
}

/** Counts what choices come to; a group without a choice keeps all its members. */
export interface Costs {
  (choices: Choices): Prospect
  /** An architecture to begin from where many are counted, each a small change of the one before. */
  from(choices: Choices): Tally
}

/**
 * Counts what choices come to without pruning the graph, which takes a thousand times as long. Of units only the number
 * counts: those of a layer cost alike. `times`: milliseconds of a member, by a measured table.
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

/** The current figures of an architecture that is counted, and the groups that its output still needs. */
export function prospect(tally: Tally, groups: Supernet['groups']): Prospect {
  const standing = groups.filter(({ name }) => tally.stands(name)).map(({ name }) => name)
  return { ...tally.figures(), standing: new Set(standing) }
}
