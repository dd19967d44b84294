import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import type { Part, Term } from '../objective/terms/types.js'
import type { RelaxationTraits } from '../supernet/relaxations/types.js'
import type { CostMetric } from '../supernet/types.js'
import { matching } from './select.js'
import type { Length } from './time.js'
import type { Selection } from './types.js'

/** What a schedule is compiled for. */
export interface CompileContext extends Length {
  /** The supernet's layers in order. */
  readonly layers: readonly string[]
  /** The layers that have outputs. α that cells share form a layer of their own, without outputs. */
  readonly activeLayers: readonly string[]
  /** The gate groups with the names of their members; `width` says whether all members may stay. */
  readonly groups: readonly {
    readonly name: string
    readonly layer: string
    readonly width: boolean
    readonly members: readonly string[]
  }[]
  /** The weight arrays on which terms act. */
  readonly parameters: readonly { readonly name: string; readonly layer: string }[]
  readonly relaxation: RelaxationTraits
  /** Whether there is a table of measured times. */
  readonly latency: boolean
  /** Whether the supernet has a decoder. */
  readonly decoder: boolean
  readonly terms: readonly Term[]
  /** The cost of the supernet, and the lowest of a legal architecture; undefined if it was not measured. */
  readonly costs: (metric: CostMetric) => { readonly whole: number; readonly least: number } | undefined
  /** The path of the budget in messages; in the schedule by default. */
  readonly budgetPath?: string | undefined
  /** Terms on gates that a safeguard may use, each with its path in the configuration. */
  readonly reserved?: readonly { readonly term: string; readonly path: string }[]
}

/** The layers in which a part exists. */
export function layersOf(part: Part, { layers, activeLayers, groups }: CompileContext): readonly string[] {
  if (part === 'weights') return layers
  if (part === 'activations') return activeLayers
  const gated = new Set(groups.map(({ layer }) => layer))
  return layers.filter((layer) => gated.has(layer))
}

/** Throws if a term does not exist, or does not act on a part or relaxation. */
export function checkTerm(name: string, part: string, path: string, context: CompileContext): Part {
  const names = context.terms.map((term) => term.name)
  const term = context.terms.find((each) => each.name === name)
  if (!term && name === 'reconstruction')
    throw new InputError(
      `${path}.term: reconstruction is a loss; give its weight in losses.reconstruction of the phase`,
    )
  if (!term)
    throw new InputError(
      `${path}.term: unknown term ${name}${didYouMean(name, names)}; terms: ${names.join(', ')}`,
    )
  const parts = (['weights', 'activations', 'gates'] as const).filter((each) => term[each])
  const knownPart = parts.find((each) => each === part)
  if (!knownPart) throw new InputError(`${path}.part: ${name} acts on ${parts.join(', ')}, not on ${part}`)
  const reason = knownPart === 'gates' ? refusal(term, context.relaxation) : undefined
  if (reason) throw new InputError(`${path}: ${name} on ${context.relaxation.name} is refused: ${reason}`)
  if (knownPart === 'gates' && term.gates!.needs === 'latency' && !context.latency)
    throw new InputError(`${path}: ${name} needs config.objective.latency, a table of measured times`)
  return knownPart
}

/**
 * The reason why a term on gates cannot be used with a relaxation: its own, or that its proximal operator
 * would never be applied.
 */
function refusal({ gates }: Term, relaxation: RelaxationTraits): string | undefined {
  const reason = gates!.refuses?.(relaxation)
  if (reason !== undefined || !gates!.proximal || relaxation.step === 'proximal') return reason
  return `it acts by a proximal operator, and α of ${relaxation.name} are stepped by Adam; use relaxation gates`
}

const selectors: Readonly<Record<Part, readonly (keyof Selection)[]>> = {
  weights: ['parameters'],
  activations: [],
  gates: ['groups', 'members'],
}

/**
 * The layers among the given ones in which a selection selects something. Throws if a selector does not fit
 * the part or the term, or matches nothing.
 */
export function selectedLayers(
  {
    term,
    part,
    select,
  }: { readonly term: string; readonly part: Part; readonly select?: Selection | undefined },
  layers: readonly string[],
  path: string,
  context: CompileContext,
): readonly string[] {
  if (!select) return layers
  const able = selectors[part]
  for (const key of ['groups', 'members', 'parameters'] as const)
    if (select[key] && !able.includes(key))
      throw new InputError(
        `${path}.${key}: on part ${part} ${able.length === 0 ? 'only whole layers' : `only ${able.join(' and ')}`} can be selected`,
      )
  checkSelects(term, select, path, context)
  const within = <T extends { readonly layer: string }>(all: readonly T[]) =>
    all.filter(({ layer }) => layers.includes(layer))
  if (select.parameters) {
    const arrays = within(context.parameters)
    const chosen = matching(
      select.parameters,
      arrays.map(({ name }) => name),
      'parameter',
      `${path}.parameters`,
    )
    return havingOne(
      layers,
      arrays.filter(({ name }) => chosen.includes(name)),
    )
  }
  const groups = within(context.groups)
  const names = matching(
    select.groups ?? '**',
    groups.map(({ name }) => name),
    'group',
    `${path}.groups`,
  )
  const chosen = groups.filter(({ name }) => names.includes(name))
  if (!select.members) return havingOne(layers, chosen)
  const all = [...new Set(chosen.flatMap(({ members }) => members))]
  const members = new Set(matching(select.members, all, 'member', `${path}.members`))
  return havingOne(
    layers,
    chosen.filter((group) => group.members.some((member) => members.has(member))),
  )
}

const havingOne = (layers: readonly string[], things: readonly { readonly layer: string }[]) =>
  layers.filter((name) => things.some(({ layer }) => layer === name))

/** Throws if a selection divides what a term on gates treats as a whole. */
function checkSelects(
  name: string,
  { groups, members }: Selection,
  path: string,
  { terms }: CompileContext,
): void {
  const selects = (term: Term | undefined, what: 'groups' | 'members') =>
    term?.gates?.selects === 'members' || term?.gates?.selects === what
  for (const what of ['groups', 'members'] as const) {
    const given = what === 'groups' ? groups : members
    if (
      !given ||
      selects(
        terms.find((term) => term.name === name),
        what,
      )
    )
      continue
    const able = terms.filter((term) => selects(term, what)).map((term) => term.name)
    throw new InputError(
      `${path}.${what}: ${name} is no sum over ${what}, so none can be selected; terms that are: ${able.join(', ')}`,
    )
  }
}
