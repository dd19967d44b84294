import { scheduleParts, type SchedulePart } from '../../config/comparison-schema.js'
import type { ScheduleDocument } from '../../config/schedule-schema.js'
import { rowsOf } from '../../schedule/rows.js'
import { readLabel } from '../../schedule/select.js'
import type { Schedule } from '../../schedule/types.js'
import type { Supernet } from '../../supernet/types.js'
import { meanRows, type Over } from './means.js'

/** What is taken from a schedule, to see what it is worth. */
export type Ablation =
  | { readonly kind: 'term'; readonly term: string; readonly part: string }
  | { readonly kind: 'phase'; readonly index: number; readonly name: string }
  | { readonly kind: 'mean'; readonly over: Over }

/** The name of an ablated method: `auto − term l1/gates`. No method of a document has a space in its name. */
export const ablatedName = (method: string, ablation: Ablation): string => {
  if (ablation.kind === 'term') return `${method} − term ${ablation.term}/${ablation.part}`
  return `${method} − ${ablation.kind === 'phase' ? `phase ${ablation.name}` : `λ over ${ablation.over}`}`
}

type Phase = ScheduleDocument['phases'][number]

/** What a phase is without anything of its own. */
const plainPhase = {
  losses: { task: 1, reconstruction: 0 },
  train: '**',
  gates: 'move',
  paths: 'all',
  terms: [],
} satisfies Omit<Phase, 'name' | 'until'>

/**
 * The ablations of a schedule: each of its terms, each phase that has something of its own, and the means; or
 * only those of some of these parts.
 */
export function ablationsOf(
  document: ScheduleDocument,
  parts: readonly SchedulePart[] = scheduleParts,
): Ablation[] {
  const { phases, table = [], planner } = document
  const named = [
    ...phases.flatMap(({ terms }) => terms),
    ...table.flatMap(([, , layer, label]) => (layer === '*' ? [] : (readLabel(label) ?? []))),
  ]
  const terms = new Map(named.map(({ term, part }) => [`${term}/${part}`, { term, part }]))
  const inTable = table.length > 0 || planner !== undefined
  const all = {
    terms: [...terms.values()].map((each): Ablation => ({ kind: 'term', ...each })),
    phases: phases.flatMap(({ name, until: _, ...settings }, index): Ablation[] =>
      inTable || JSON.stringify({ ...plainPhase, ...settings }) !== JSON.stringify(plainPhase)
        ? [{ kind: 'phase', index, name }]
        : [],
    ),
    means: (['t', 'k', 't and k'] as const).map((over): Ablation => ({ kind: 'mean', over })),
  }
  return scheduleParts.flatMap((part) => (parts.includes(part) ? all[part] : []))
}

/**
 * The document of a schedule without a term, with a plain phase in place of one, or with means of λ.
 * `schedule` is what it is compiled to or, if a planner found λ, what the search used: the result has those
 * λ, and no planner. Times, and what is removed when, stay.
 */
export function ablatedDocument(
  { replay: _, ...given }: ScheduleDocument,
  ablation: Ablation,
  schedule: Schedule,
  supernet: Supernet,
): ScheduleDocument {
  const document = { ...given, name: ablatedName(given.name, ablation) }
  if (ablation.kind === 'mean') return inTable(document, meanRows(schedule, supernet, ablation.over))
  const fixed = document.planner ? inTable(document, rowsOf(schedule)) : document
  return ablation.kind === 'term'
    ? withoutTerm(fixed, ablation)
    : withoutPhase(fixed, ablation.index, schedule.phases[ablation.index]!)
}

/** A document with its λ in a table, and the phases’ settings without theirs. */
function inTable(
  { planner: _, phases, ...rest }: Omit<ScheduleDocument, 'replay'>,
  table: NonNullable<ScheduleDocument['table']>,
): ScheduleDocument {
  const { losses, terms } = plainPhase
  return { ...rest, kind: 'expert', phases: phases.map((phase) => ({ ...phase, losses, terms })), table }
}

function withoutTerm(
  { table, phases, ...rest }: ScheduleDocument,
  { term, part }: { readonly term: string; readonly part: string },
): ScheduleDocument {
  const isOther = (entry: { readonly term: string; readonly part: string } | undefined) =>
    entry?.term !== term || entry.part !== part
  return {
    ...rest,
    phases: phases.map((phase) => ({ ...phase, terms: phase.terms.filter(isOther) })),
    ...(table && { table: table.filter(([, , , label]) => isOther(readLabel(label))) }),
  }
}

/** A document in which nothing happens in [from, to) but training. */
function withoutPhase(
  { table, phases, ...rest }: ScheduleDocument,
  index: number,
  { from, to }: { readonly from: number; readonly to: number },
): ScheduleDocument {
  return {
    ...rest,
    phases: phases.map((phase, p) =>
      p === index ? { name: phase.name, until: phase.until, ...plainPhase } : phase,
    ),
    ...(table && { table: outside(table, from, to) }),
  }
}

/** The rows of a table outside of [from, to), with the weights of the losses 1 and 0 inside. */
function outside(
  table: NonNullable<ScheduleDocument['table']>,
  from: number,
  to: number,
): NonNullable<ScheduleDocument['table']> {
  const cut = table.flatMap(([a, b, ...row]) =>
    [[a, Math.min(b, from)] as const, [Math.max(a, to), b] as const].flatMap(([start, end]): typeof table =>
      start < end ? [[start, end, ...row]] : [],
    ),
  )
  // In a short search, a phase may have no iterations.
  const within: typeof table = from < to ? [[from, to, '*', 'task', 1]] : []
  // The order of columns is their precedence, so that only the losses are sorted.
  const losses = [...cut.filter(([, , layer]) => layer === '*'), ...within]
  return [...losses.sort((x, y) => x[0] - y[0]), ...cut.filter(([, , layer]) => layer !== '*')]
}
