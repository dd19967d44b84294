import { Type, type Static } from '@sinclair/typebox'
import { BudgetSchema } from './budget-schema.js'
import { InterventionSchema } from './intervention-schema.js'
import { json } from './schema-parts.js'

const strict = { additionalProperties: false }
const Fraction = Type.Number({ minimum: 0, maximum: 1 })
const Lambda = Type.Number({ minimum: 0 })
const Globs = Type.Union([Type.String(), Type.Array(Type.String())])
const Iterations = Type.Integer({ minimum: 0 })

/**
 * A time in the search: a share of all iterations, or a number of epochs or iterations from the beginning.
 */
const Time = Type.Union([
  Fraction,
  Type.Object({ epochs: Type.Number({ minimum: 0 }) }, strict),
  Type.Object({ iterations: Iterations }, strict),
])

/** λ as a function of the time within its phase, which goes from 0 to 1. */
export const Curve = Type.Union([
  Lambda,
  Type.Object(
    {
      curve: Type.Unsafe<'linear' | 'cosine' | 'exponential' | 'quadratic'>({
        type: 'string',
        enum: ['linear', 'cosine', 'exponential', 'quadratic'],
      }),
      from: Lambda,
      to: Lambda,
    },
    strict,
  ),
  Type.Object(
    { curve: Type.Literal('step'), values: Type.Array(Lambda, { minItems: 1 }), at: Type.Array(Fraction) },
    { ...strict, description: 'values[0], then values[i + 1] from at[i] on' },
  ),
  Type.Object(
    {
      curve: Type.Literal('piecewise'),
      points: Type.Array(Type.Tuple([Fraction, Lambda]), { minItems: 2 }),
    },
    { ...strict, description: 'straight lines between [time, λ] points' },
  ),
])

const TermEntry = Type.Object(
  {
    term: Type.String({ description: 'a term of the registry: l1, l2, entropy' }),
    part: Type.Unsafe<'weights' | 'activations' | 'gates'>({
      type: 'string',
      enum: ['weights', 'activations', 'gates'],
    }),
    layers: Type.Unsafe<GlobsDocument>({
      ...Globs,
      default: '**',
      description: 'globs over the supernet’s layers; of entries for one term and part the last match counts',
    }),
    of: Type.Optional(
      Type.Unsafe<'choices' | 'widths'>({
        type: 'string',
        enum: ['choices', 'widths'],
        description: 'on gates: groups of which some members must go, or groups of which all may stay',
      }),
    ),
    groups: Type.Optional(
      Type.Unsafe<GlobsDocument>({ ...Globs, description: 'on gates: globs over gate groups' }),
    ),
    members: Type.Optional(
      Type.Unsafe<GlobsDocument>({ ...Globs, description: 'on gates: globs over the groups’ members' }),
    ),
    parameters: Type.Optional(
      Type.Unsafe<GlobsDocument>({ ...Globs, description: 'on weights: globs over kernels' }),
    ),
    lambda: Curve,
    stagger: Type.Optional(
      Type.Object(
        {
          order: Type.Unsafe<'input-to-output' | 'output-to-input' | 'clearest-first'>({
            type: 'string',
            enum: ['input-to-output', 'output-to-input', 'clearest-first'],
            description: 'clearest-first: choice by choice, in the order in which they become clear',
          }),
          share: Type.Number({
            exclusiveMinimum: 0,
            maximum: 1,
            description: 'the last one starts after this share of the phase; λ is 0 before its start',
          }),
        },
        strict,
      ),
    ),
  },
  strict,
)

const Phase = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    until: Type.Unsafe<TimeDocument>({
      ...Time,
      description: 'its end; it begins where the one before ends',
    }),
    losses: Type.Object(
      {
        task: Type.Unsafe<CurveDocument>({ ...Curve, default: 1 }),
        reconstruction: Type.Unsafe<CurveDocument>({ ...Curve, default: 0 }),
      },
      { ...strict, default: {} },
    ),
    train: Type.Unsafe<GlobsDocument>({
      ...Globs,
      default: '**',
      description: 'globs over layers whose weights are trained',
    }),
    gates: Type.Unsafe<'move' | 'hold'>({ type: 'string', enum: ['move', 'hold'], default: 'move' }),
    paths: Type.Unsafe<'all' | 'alternate'>({
      type: 'string',
      enum: ['all', 'alternate'],
      default: 'all',
      description:
        'alternate: every second iteration trains weights with as many members of each open choice as are kept, drawn anew, while gates wait',
    }),
    terms: Type.Array(TermEntry, { default: [] }),
  },
  strict,
)

/** A value of λ for the iterations [from, to): from, to, layer and term as in `schedule.csv`, λ. */
const TableRow = Type.Tuple([Iterations, Iterations, Type.String(), Type.String(), Lambda])

const Removal = Type.Object(
  {
    step: Iterations,
    group: Type.String(),
    members: Type.Array(Type.String(), { minItems: 1 }),
    by: Type.String(),
  },
  strict,
)

const Replay = Type.Object(
  {
    steps: Type.Integer({ minimum: 1, description: 'iterations of the whole search' }),
    initial: Type.String({ description: 'hash of weights and α at iteration 0' }),
    data: Type.String({ description: 'hash of the data' }),
    latency: Type.Optional(Type.String({ description: 'hash of the table of measured times' })),
    config: Type.Record(Type.String(), json, { description: 'the settings that it depends on' }),
    removals: Type.Array(Removal, { description: 'what was removed when: group, members, by what' }),
    interventions: Type.Optional(
      Type.Array(InterventionSchema, { description: 'what was changed while the search went on, in order' }),
    ),
  },
  { ...strict, description: 'the run that the document replays, written by schedule freeze' },
)

const Store = Type.String({
  minLength: 1,
  description: 'a folder of lessons: it starts from those of similar data, and adds its own',
})

/**
 * An expert schedule: phases in time, each with its losses and terms, and the time in which pruning may
 * happen. A `table` gives each λ as a number; the phases then only say which layers are trained.
 */
export const ScheduleSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    name: Type.String({ minLength: 1 }),
    description: Type.String({ default: '' }),
    kind: Type.Unsafe<'expert' | 'algorithmic'>({
      type: 'string',
      enum: ['expert', 'algorithmic'],
      default: 'expert',
      description: 'algorithmic: a planner goes on from what the document says',
    }),
    planner: Type.Optional(
      Type.Object(
        {
          name: Type.String({ description: 'a planner of the registry, its options beside it' }),
          store: Type.Optional(Store),
          lessons: Type.Optional(
            Type.Array(Type.Object({}, { additionalProperties: true }), {
              description: 'what it took from its store; written by the run',
            }),
          ),
        },
        { additionalProperties: true, description: 'what changes λ while the search runs' },
      ),
    ),
    phases: Type.Array(Phase, { minItems: 1 }),
    prune: Type.Object(
      {
        from: Type.Unsafe<TimeDocument>({ ...Time, default: 0.5, description: 'nothing is removed before' }),
        until: Type.Unsafe<TimeDocument>({
          ...Time,
          default: 0.9,
          description: 'then what is left is projected to a legal architecture',
        }),
        looks: Type.Integer({
          minimum: 1,
          default: 1,
          description: 'a gate is removed when it was 0 at so many looks in a row',
        }),
        threshold: Type.Number({
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0,
          description: 'a weight below this share of its group’s mean is weak; 0: none is',
        }),
        patience: Type.Integer({
          minimum: 1,
          default: 1,
          description: 'a member is removed when it was weak at so many evaluations in a row',
        }),
        rule: Type.String({
          minLength: 1,
          default: 'magnitude',
          description:
            'what the projection keeps: magnitude, the largest gates; top-2, the edges with the strongest operations; perturbation, the members whose removal hurts most; threshold; sampling',
        }),
        order: Type.Unsafe<'depth' | 'random'>({
          type: 'string',
          enum: ['depth', 'random'],
          default: 'depth',
          description: 'perturbation: the order in which groups are decided',
        }),
      },
      { ...strict, default: {} },
    ),
    budget: Type.Optional(BudgetSchema),
    table: Type.Optional(
      Type.Array(TableRow, { description: 'rows [from, to, layer, term, λ] in place of terms and losses' }),
    ),
    replay: Type.Optional(Replay),
  },
  { $id: 'schedule', ...strict },
)

/**
 * The short form of an algorithmic schedule: a planner, the expert schedule from which it starts, and its
 * options. It is equivalent to the base with `planner` added.
 */
export const PlannedSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    name: Type.Optional(Type.String({ minLength: 1 })),
    description: Type.Optional(Type.String()),
    kind: Type.Optional(Type.Literal('algorithmic')),
    planner: Type.String({ description: 'a planner of the registry' }),
    store: Type.Optional(Store),
    base: Type.Union([Type.String(), Type.Record(Type.String(), json)], {
      description: 'the expert schedule that it starts from: a preset, a JSON file, or the document',
    }),
    budget: Type.Optional(BudgetSchema),
  },
  { additionalProperties: true },
)

export type ScheduleDocument = Static<typeof ScheduleSchema>
export type BudgetDocument = Static<typeof BudgetSchema>
export type CurveDocument = Static<typeof Curve>
export type TimeDocument = Static<typeof Time>
export type GlobsDocument = Static<typeof Globs>
