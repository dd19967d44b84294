import { Type } from '@sinclair/typebox'
import { object, oneOf } from './schema-parts.js'

/**
 * How weights are trained, both in a search and in retraining. Keys without a default here get one that
 * depends on the kind of data and its rows (`train/training.ts`); a run's `config.json` has the resulting
 * numbers.
 */
export const OptimizerSettings = object(
  {
    optimizer: Type.Optional(oneOf(['sgd', 'adam'])),
    learningRate: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    minLearningRate: Type.Number({ minimum: 0, default: 0, description: 'where decay ends' }),
    momentum: Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0.9 }),
    beta2: Type.Optional(
      Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'of adam: the second moment’s' }),
    ),
    warmup: Type.Optional(
      Type.Integer({ minimum: 0, description: 'steps in which the rate rises to its value' }),
    ),
    decay: Type.Optional(oneOf(['cosine', 'coslog4', 'inverse', 'constant'])),
    clipNorm: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'largest norm of the whole gradient' }),
    ),
  },
  { default: {} },
)

const EarlyStop = object({
  steps: Type.Optional(Type.Integer({ minimum: 1, description: 'steps without a better validation metric' })),
  epochs: Type.Optional(Type.Integer({ minimum: 1, description: 'the same in epochs' })),
  minDelta: Type.Number({ minimum: 0, default: 0 }),
})

/** Random changes of training examples. */
export const Augment = Type.Optional(
  object({
    shift: Type.Optional(Type.Integer({ minimum: 0, description: 'images: pixels' })),
    crop: Type.Optional(
      Type.Integer({ minimum: 1, description: 'images: padding in pixels, of which a part is cut out' }),
    ),
    flip: Type.Optional(Type.Boolean({ description: 'images: left to right' })),
    cutout: Type.Optional(
      Type.Integer({ minimum: 1, description: 'images: side of a square set to 0, pixels' }),
    ),
    jitter: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'series: deviation of noise on scaled inputs' }),
    ),
    mask: Type.Optional(
      Type.Integer({ minimum: 1, description: 'series: steps in a row that are set to 0' }),
    ),
    mixup: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'α of the shares in which examples are mixed' }),
    ),
  }),
)

/** The length of a stage, and when it is evaluated. */
export const length = {
  steps: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('auto')], { description: 'batches' }),
  ),
  epochs: Type.Optional(Type.Integer({ minimum: 1, description: 'passes over the rows, instead of steps' })),
  evaluateEvery: Type.Optional(
    Type.Integer({ minimum: 1, description: 'steps between looks at the validation metric' }),
  ),
  batch: Type.Optional(Type.Integer({ minimum: 1 })),
  average: Type.Optional(
    Type.Boolean({ description: 'a moving average of the weights is what is judged and kept' }),
  ),
  earlyStop: Type.Optional(EarlyStop),
}
