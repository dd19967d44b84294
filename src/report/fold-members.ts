import type { ScheduleSegment } from './run.js'

/** Matches a term whose column is for one member of one group: `l1/gates[cell/0→1:skip]`. */
const ofMember = /^([^[]+)\[([^:*? \]]+):[^:*? \]]+\]$/

/**
 * Combines the segments of single members, which have their own columns if choices are decided one after
 * another. Each group becomes one row, named `l1/gates by group`, with the λ of the member with the most
 * pressure.
 */
export function foldMembers(segments: readonly ScheduleSegment[]): ScheduleSegment[] {
  const groups = new Map<string, Map<string, ScheduleSegment[]>>()
  const folded = segments.flatMap((segment) => {
    const [, term, group] = ofMember.exec(segment.term) ?? []
    if (term === undefined || group === undefined) return [segment]
    const place = `${term} ${group}`
    const members = groups.get(place) ?? new Map<string, ScheduleSegment[]>()
    groups.set(place, members)
    const memberSegments = members.get(segment.term) ?? []
    members.set(segment.term, [...memberSegments, { ...segment, term: `${term} by group`, layer: group }])
    return []
  })
  return [...folded, ...[...groups.values()].flatMap((members) => mostPressed([...members.values()]))]
}

const pressed = (segments: readonly ScheduleSegment[]): number =>
  segments.reduce((sum, { from, to, lambda }) => sum + lambda * (to - from), 0)

const mostPressed = (members: readonly (readonly ScheduleSegment[])[]): readonly ScheduleSegment[] =>
  members.reduce((most, each) => (pressed(each) > pressed(most) ? each : most))
