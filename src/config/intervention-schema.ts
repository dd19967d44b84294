import { Type, type Static } from '@sinclair/typebox'
import { type Json } from './schema-parts.js'

/** A change of a setting during a run. The record is the same whoever made the change. */
export const InterventionSchema = Type.Object(
  {
    stage: Type.Unsafe<'search' | 'baseline' | 'retrain'>({
      type: 'string',
      enum: ['search', 'baseline', 'retrain'],
      description: 'where the run stood',
    }),
    step: Type.Integer({ minimum: 0, description: 'in force from this iteration of the stage on' }),
    what: Type.String({
      description:
        'a key of the configuration, search.weights.clipNorm, or lambda.LAYER.TERM as in schedule.csv; or pace, the iterations of the schedule that a step of the search goes forward',
    }),
    from: Type.Unsafe<Json>(Type.Unknown({ description: 'its value before; null: it had none' })),
    to: Type.Unsafe<Json>(Type.Unknown({ description: 'its value since; null: none' })),
    by: Type.String({ minLength: 1, description: 'roll-back, resume, time, or who did it' }),
    why: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

export type Intervention = Static<typeof InterventionSchema>

/** The author of interventions that lower the learning rate after a divergence. */
export const rollBack = 'roll-back'
