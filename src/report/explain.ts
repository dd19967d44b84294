import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import type { GroupInfo } from '../events/types.js'
import type { EventOf } from '../events/types.js'
import type { Architecture } from '../supernet/types.js'
import { eventsOf, startOf } from './history.js'
import type { Run } from './run.js'

/** A part of a run's supernet, and what happened to it. Plain data. */
export interface Explanation {
  readonly part: string
  readonly kind: 'layer' | 'group' | 'member'
  readonly members: readonly MemberStory[]
  /**
   * The size that is the result, if the search continued after it; what was removed later is then not
   * reported. `step` is null if the result is all of the supernet that may stay.
   */
  readonly size: { readonly size: number; readonly step: number | null } | null
  /** The alarms of its layer and of the whole supernet. */
  readonly alarms: readonly EventOf<'alarm'>[]
}

/** What happened to one member. */
export interface MemberStory {
  readonly layer: string
  readonly group: string
  readonly kind: GroupInfo['kind']
  readonly member: string
  /**
   * `gone`: its whole group was removed together with something else. `left-out`: it existed when the size
   * that is the result was kept, but other members of its group were taken. `open`: the search has not
   * decided yet.
   */
  readonly fate: 'kept' | 'removed' | 'gone' | 'left-out' | 'open'
  /** The removal that removed it. */
  readonly removal: EventOf<'removal'> | null
  /** Its mixture weight each time the gates were logged. */
  readonly gates: readonly { readonly step: number; readonly weight: number }[]
  /** The other members of its group: their last weights, and when they were removed. */
  readonly others: readonly Competitor[]
}

export interface Competitor {
  readonly member: string
  readonly weight: number
  readonly removedAt: number | null
}

/**
 * Explains a layer, a group (an edge, a node, the units of a layer) or a member (`GROUP/MEMBER`) of a run's
 * supernet. `->` stands for `→`. The end of a name is enough if only one name ends so. Throws an InputError
 * that lists all parts if the part is unknown.
 */
export function explain(run: Run, part: string): Explanation {
  const start = startOf(run.events)
  if (!start) throw new InputError('events.jsonl: no start event; the run has not begun')
  const { name, kind, pairs } = resolve(start.groups, part.replaceAll('->', '→'))
  const kept = sizeKept(run.events)
  const told = kept ? { ...run, events: run.events.slice(0, kept.end) } : run
  const layers = new Set(pairs.map(({ group }) => group.layer))
  return {
    part: name,
    kind,
    members: pairs.map(({ group, member }) => story(told, group, member, kept !== undefined)),
    size: kept ? { size: kept.size, step: kept.step } : null,
    alarms: eventsOf(run.events, 'alarm').filter(({ layer }) => layer === null || layers.has(layer)),
  }
}

interface Resolved {
  readonly name: string
  readonly kind: Explanation['kind']
  readonly pairs: readonly { readonly group: GroupInfo; readonly member: string }[]
}

function resolve(groups: readonly GroupInfo[], part: string): Resolved {
  const all = partsOf(groups)
  const exact = all.find(({ name }) => name === part)
  if (exact) return exact
  const ends = all.filter(({ name }) => name.endsWith(`/${part}`))
  if (ends.length === 1) return ends[0]!
  const names = (parts: readonly Resolved[]) => parts.map(({ name }) => name).join(', ')
  if (ends.length > 1)
    throw new InputError(`${part}: expected one part, got ${ends.length}: ${names(ends.slice(0, 20))}`)
  const inside = groups.find(({ name }) => part.startsWith(`${name}/`))
  if (inside) {
    const member = part.slice(inside.name.length + 1)
    throw new InputError(
      `${part}: unknown member of ${inside.name}${didYouMean(member, inside.members)}; members: ${inside.members.join(', ')}`,
    )
  }
  const known = all.filter(({ kind }) => kind !== 'member')
  throw new InputError(
    `${part}: unknown part${didYouMean(
      part,
      known.map(({ name }) => name),
    )}; layers and groups: ${names(known)}; members: GROUP/MEMBER`,
  )
}

/** All parts that can be explained. If a group and a layer have the same name, the name means the group. */
function partsOf(groups: readonly GroupInfo[]): Resolved[] {
  const pairsOf = (group: GroupInfo) => group.members.map((member) => ({ group, member }))
  const layers = [...new Set(groups.map(({ layer }) => layer))]
  return [
    ...groups.map((group): Resolved => ({ name: group.name, kind: 'group', pairs: pairsOf(group) })),
    ...layers
      .filter((layer) => !groups.some(({ name }) => name === layer))
      .map((layer): Resolved => ({
        name: layer,
        kind: 'layer',
        pairs: groups.filter((group) => group.layer === layer).flatMap(pairsOf),
      })),
    ...groups.flatMap((group) =>
      pairsOf(group).map((pair): Resolved => ({
        name: `${group.name}/${pair.member}`,
        kind: 'member',
        pairs: [pair],
      })),
    ),
  ]
}

/**
 * The size that is the result, if the search passed it on its way or began with it, and the number of events
 * up to it.
 */
function sizeKept(events: Run['events']): (NonNullable<Explanation['size']> & { end: number }) | undefined {
  const size = eventsOf(events, 'kept').at(-1)?.size
  if (size == null) return undefined
  const passed = eventsOf(events, 'menu').find((event) => event.size === size)
  if (passed) return { size, step: passed.step, end: events.indexOf(passed) }
  const first = events.findIndex(({ type }) => type === 'removal')
  return { size, step: null, end: first < 0 ? events.length : first }
}

function story(run: Run, group: GroupInfo, member: string, passed: boolean): MemberStory {
  const removals = eventsOf(run.events, 'removal')
  const removal = removalOf(removals, group.name, member)
  const taking = removals.find(({ took = [] }) => took.includes(group.name)) ?? null
  const gates = gatesOf(run, group.name, member)
  const others = group.members
    .filter((name) => name !== member)
    .map((name) => ({
      member: name,
      weight: gatesOf(run, group.name, name).at(-1)?.weight ?? 0,
      removedAt: removalOf(removals, group.name, name)?.step ?? null,
    }))
  const decided =
    passed ||
    eventsOf(run.events, 'done').some(({ stage, reason }) => stage === 'search' && reason !== 'interrupted')
  const isLeftOut = passed && run.architecture !== null && !isKept(run.architecture, group.name, member)
  const fate = removal ? 'removed' : taking ? 'gone' : isLeftOut ? 'left-out' : decided ? 'kept' : 'open'
  const { name, layer, kind } = group
  return { layer, group: name, kind, member, fate, removal: removal ?? taking, gates, others }
}

const isKept = ({ groups }: Architecture, group: string, member: string): boolean =>
  groups.some(({ name, kept }) => name === group && kept.some((each) => each.member === member))

const removalOf = (removals: readonly EventOf<'removal'>[], group: string, member: string) =>
  removals.find((removal) => removal.group === group && removal.members.includes(member)) ?? null

function gatesOf(run: Run, group: string, member: string): { step: number; weight: number }[] {
  return eventsOf(run.events, 'gates').flatMap(({ step, weights }) => {
    const weight = weights[group]?.[member]
    return weight === undefined ? [] : [{ step, weight }]
  })
}
