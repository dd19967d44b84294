import { Type, type Static } from '@sinclair/typebox'
import { PluginsSchema } from './plugins-schema.js'
import { json, object, oneOf } from './schema-parts.js'

/**
 * A section of a configuration. It is validated later, as part of the whole configuration that it is merged
 * into.
 */
const section = (description: string) =>
  Type.Optional(Type.Record(Type.String(), json, { description: `as in a configuration: ${description}` }))

const Schedule = Type.Union([Type.String(), Type.Record(Type.String(), json)])

/** The most seeds with which the sign-flip test is still exact. */
const mostSeeds = 40

/** What is run instead of a scheduled search. */
export const rivalNames = [
  'unpruned',
  'magnitude',
  'random',
  'mlp',
  'realmlp',
  'minirocket',
  'resnet',
  'grid',
] as const
export type RivalName = (typeof rivalNames)[number]

/** What of a schedule can be left out, one at a time: a term, a phase, or λ's own course. */
export const scheduleParts = ['terms', 'phases', 'means'] as const
export type SchedulePart = (typeof scheduleParts)[number]

const Rival = oneOf<RivalName[]>([...rivalNames], {
  description: 'instead of a scheduled search; docs/compare.md lists them',
})

const ComparedSet = object({
  data: Type.Record(Type.String(), json, { description: 'as in a configuration' }),
  split: section('which rows are for what'),
  supernet: section('the search space for this set'),
})

const Method = object({
  rival: Type.Optional(Rival),
  sets: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      uniqueItems: true,
      description: 'the names of the sets on which it runs; all by default',
    }),
  ),
  factors: Type.Optional(
    Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
      minItems: 1,
      uniqueItems: true,
      description: 'of grid: by what the λ on gates of its schedule is multiplied',
    }),
  ),
  schedule: Type.Optional(Schedule),
  budget: section('in place of that of base'),
  relaxation: Type.Optional(Schedule),
  stages: Type.Optional(Type.Array(Type.Record(Type.String(), json))),
  supernet: section('laid over those of base and set'),
  search: section('laid over that of base'),
  retrain: section('laid over that of base'),
})

/** The document of `sentei compare`. docs/compare.md explains every key. */
export const ComparisonSchema = object(
  {
    $schema: Type.Optional(Type.String()),
    base: Type.Record(Type.String(), json, {
      default: {},
      description: 'a configuration, in part: what all trials share',
    }),
    sets: Type.Record(Type.String(), ComparedSet, { minProperties: 1, description: 'data sets, by name' }),
    sizes: Type.Array(Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('all')]), {
      minItems: 1,
      uniqueItems: true,
      default: ['all'],
      description: 'rows of a set to take, as data.limit; all: those that the set has',
    }),
    methods: Type.Record(Type.String(), Type.Union([Type.String(), Method]), {
      minProperties: 1,
      description: 'by name, what each changes of the configuration; a text is its schedule',
    }),
    rivals: Type.Union([oneOf(['auto', 'none']), Type.Array(Rival, { uniqueItems: true })], {
      default: 'auto',
      description: 'which rivals stand beside the methods: those that suit each set, none, or a list',
    }),
    seeds: Type.Union(
      [
        Type.Integer({ minimum: 1, maximum: mostSeeds }),
        Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: mostSeeds, uniqueItems: true }),
      ],
      { default: 5, description: 'so many from 1 on, or a list; each has splits of its own' },
    ),
    ablate: Type.Optional(
      Type.Union(
        [
          Type.String(),
          object({
            method: Type.String({ description: 'the method' }),
            parts: Type.Array(oneOf<SchedulePart[]>([...scheduleParts]), {
              minItems: 1,
              uniqueItems: true,
              description: 'what is left out in turn; λ is replaced by its means',
            }),
          }),
        ],
        { description: 'a method whose schedule is repeated without each of its parts, or without some' },
      ),
    ),
    roi: Type.Optional(
      object({
        hourCost: Type.Number({ minimum: 0, description: 'what an hour of computing costs' }),
        errorCost: Type.Number({
          exclusiveMinimum: 0,
          description: 'what one unit of error costs per prediction, in the same currency',
        }),
      }),
    ),
    plugins: Type.Optional(PluginsSchema),
    preregistered: Type.Optional(
      object({
        method: Type.String({ description: 'the method that the comparison is about' }),
        against: Type.String({ description: 'the method that it is held against' }),
        margin: Type.Number({
          minimum: 0,
          description: 'how much larger its error may be, as a share of the other’s',
        }),
      }),
    ),
  },
  { $id: 'comparison' },
)

/** A validated comparison with its defaults. */
export type ComparisonDocument = Static<typeof ComparisonSchema>

/** The method to ablate, and what of its schedule; a name alone means all of it. */
export const ablated = (ablate: NonNullable<ComparisonDocument['ablate']>) =>
  typeof ablate === 'string' ? { method: ablate, parts: scheduleParts } : ablate
