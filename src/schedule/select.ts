import picomatch from 'picomatch'
import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import type { ScheduleColumn, Selection } from './types.js'

/** One or several globs as a list. */
export const globsOf = (globs: string | readonly string[]): readonly string[] =>
  typeof globs === 'string' ? [globs] : globs

/**
 * Returns a function that tells whether a name matches one of the globs; everything matches if there are
 * none.
 */
export function matcher(globs: readonly string[] | undefined): (name: string) => boolean {
  if (!globs) return () => true
  const each = globs.map((glob) => picomatch(glob))
  return (name) => each.some((matches) => matches(name))
}

/** The names that match some glob, in their own order. Throws for a glob that matches none. */
export function matching(
  globs: string | readonly string[],
  names: readonly string[],
  kind: string,
  path: string,
): readonly string[] {
  for (const glob of globsOf(globs))
    if (glob !== '**' && !names.some(matcher([glob]))) throw unmatched(glob, names, kind, path)
  return names.filter(matcher(globsOf(globs)))
}

/** The error for a glob or name that matches nothing; it lists what exists. */
export function unmatched(glob: string, names: readonly string[], kind: string, path: string): InputError {
  const folders = new Set(names.flatMap((name) => (name.includes('/') ? [name.split('/')[0]!] : [])))
  const meant = [...names, ...[...folders].flatMap((folder) => [`${folder}/*`, `${folder}/**`])]
  const listed = names.length > 40 ? [...names.slice(0, 40), `and ${names.length - 40} more`] : names
  return new InputError(
    `${path}: no ${kind} matches ${glob}${didYouMean(glob, meant)}; ${kind}s: ${listed.join(', ')}`,
  )
}

/**
 * The name of a column in `schedule.csv`: `l1/gates`, `l1/gates[skip]` (members), `l1/gates[cell0/*:skip]`
 * (groups and members), `l2/weights[cell0/conv:kernel]` (arrays). Several globs are separated by spaces.
 */
export function columnLabel({
  term,
  part,
  select,
}: Pick<ScheduleColumn, 'term' | 'part' | 'select'>): string {
  const { groups, members, parameters } = select ?? {}
  const chosen = parameters ?? [
    ...(groups ? [`${groups.join(' ')}:${(members ?? ['**']).join(' ')}`] : (members ?? [])),
  ]
  return `${term}/${part}${chosen.length > 0 ? `[${chosen.join(' ')}]` : ''}`
}

/** Parses the name of a column; undefined if it is not one. */
export function readLabel(label: string): { term: string; part: string; select?: Selection } | undefined {
  const [, term, part, chosen] = /^([^/[]+)\/([a-z]+)(?:\[(.*)\])?$/.exec(label) ?? []
  if (term === undefined || part === undefined) return undefined
  if (chosen === undefined) return { term, part }
  const list = (globs: string) => globs.split(' ')
  if (part !== 'gates') return { term, part, select: { parameters: list(chosen) } }
  const colon = chosen.lastIndexOf(':')
  const members = list(chosen.slice(colon + 1))
  if (colon < 0) return { term, part, select: { members } }
  const all = members.length === 1 && members[0] === '**'
  return { term, part, select: { groups: list(chosen.slice(0, colon)), ...(!all && { members }) } }
}
