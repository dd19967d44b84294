import { Type, type Static } from '@sinclair/typebox'
import { object, oneOf } from './schema-parts.js'

const weight = Type.Number({ exclusiveMinimum: 0 })
const cost = Type.Number({ minimum: 0 })

/** What a threshold can be chosen by. */
export const thresholdNames = ['f1', 'balanced-accuracy', 'matthews', 'cost'] as const

export type ThresholdName = (typeof thresholdNames)[number]

/** How rare classes are learnt, and which class is decided for. */
export const ClassesSchema = object({
  weights: Type.Optional(
    Type.Union([oneOf(['balanced']), Type.Record(Type.String(), weight)], {
      description: 'of each class in the loss: balanced, or a number by class (1 where it has none)',
    }),
  ),
  sampling: Type.Optional(
    oneOf(['natural', 'balanced'], {
      description: 'which rows an epoch has: each once, or of each class equally many; natural by default',
    }),
  ),
  focal: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 10,
      description: 'γ of the focal loss, which takes the place of cross-entropy',
    }),
  ),
  costs: Type.Optional(
    Type.Union([Type.Array(Type.Array(cost)), Type.Record(Type.String(), Type.Record(Type.String(), cost))], {
      description: 'of a decision: by true class, then by decided class; the least expected cost decides',
    }),
  ),
  threshold: Type.Optional(
    Type.Union(
      [
        oneOf<ThresholdName[]>([...thresholdNames]),
        Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
      ],
      {
        description:
          'the probability from which the positive class of two is decided for, or what chooses it on validation',
      },
    ),
  ),
})

/** The section `classes` of a configuration. */
export type Classes = Static<typeof ClassesSchema>
