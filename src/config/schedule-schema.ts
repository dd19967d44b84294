import { Type, type Static } from '@sinclair/typebox'

const strict = { additionalProperties: false }
const Fraction = Type.Number({ minimum: 0, maximum: 1 })
const Lambda = Type.Number({ minimum: 0 })

/** λ over the time of its phase, 0 at its beginning and 1 at its end. */
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
    layers: Type.Union([Type.String(), Type.Array(Type.String())], {
      default: '**',
      description: 'globs over the supernet’s layers; of entries for one term and part the last match counts',
    }),
    lambda: Curve,
    stagger: Type.Optional(
      Type.Object(
        {
          order: Type.Unsafe<'input-to-output' | 'output-to-input'>({
            type: 'string',
            enum: ['input-to-output', 'output-to-input'],
          }),
          share: Type.Number({
            exclusiveMinimum: 0,
            maximum: 1,
            description: 'the last layer starts after this share of the phase; λ is 0 before a layer’s start',
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
    until: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'its end as a share of all iterations',
    }),
    losses: Type.Object(
      {
        task: Type.Unsafe<CurveDocument>({ ...Curve, default: 1 }),
        reconstruction: Type.Unsafe<CurveDocument>({ ...Curve, default: 0 }),
      },
      { ...strict, default: {} },
    ),
    train: Type.Union([Type.String(), Type.Array(Type.String())], {
      default: '**',
      description: 'globs over layers whose weights are trained',
    }),
    gates: Type.Unsafe<'move' | 'hold'>({ type: 'string', enum: ['move', 'hold'], default: 'move' }),
    terms: Type.Array(TermEntry, { default: [] }),
  },
  strict,
)

/** An expert schedule: phases in time, each with its losses and terms, and when pruning may happen. */
export const ScheduleSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    name: Type.String({ minLength: 1 }),
    description: Type.String({ default: '' }),
    kind: Type.Literal('expert', { default: 'expert' }),
    phases: Type.Array(Phase, { minItems: 1 }),
    prune: Type.Object(
      {
        from: Type.Number({ minimum: 0, maximum: 1, default: 0.5, description: 'nothing is removed before' }),
        until: Type.Number({
          minimum: 0,
          maximum: 1,
          default: 0.9,
          description: 'then what is left is projected to a legal architecture',
        }),
      },
      { ...strict, default: {} },
    ),
  },
  { $id: 'schedule', ...strict },
)

export type ScheduleDocument = Static<typeof ScheduleSchema>
export type CurveDocument = Static<typeof Curve>
