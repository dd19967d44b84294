import { Type, type Static } from '@sinclair/typebox'
import { Alarms } from './alarms-schema.js'
import { ConfigBudget } from './budget-schema.js'
import { ClassesSchema } from './classes-schema.js'
import { CriterionSchema } from './criterion-schema.js'
import { Data, Split } from './data-schema.js'
import { metricNames, type MetricName } from './metric-names.js'
import { PluginsSchema } from './plugins-schema.js'
import { RelaxationSchema } from './relaxation-schema.js'
import { retrainPresets } from './retrain-presets.js'
import { json, object, oneOf } from './schema-parts.js'
import { StageSchema } from './stage-schema.js'
import { TrialRivals } from './trial-rival-schema.js'
import { Augment, length, OptimizerSettings } from './training-schema.js'

/** What happens if a training diverges: it returns to its last good state and continues with a lower rate. */
const Rollback = object(
  {
    tries: Type.Integer({ minimum: 0, default: 5, description: 'how often, before it fails; 0: at once' }),
    factor: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
      description: 'of the weights’ learning rate, each time',
    }),
  },
  { default: {} },
)

const Shards = Type.Integer({
  minimum: 1,
  default: 1,
  description: 'parts of a batch with batch statistics of their own',
})

const Search = object(
  {
    ...length,
    shards: Shards,
    mode: oneOf(['joint', 'alternating', 'unrolled'], { default: 'joint' }),
    weights: OptimizerSettings,
    gates: object(
      {
        travel: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            description:
              'how far a gradient of 1 takes a gate over all its time, in units of its group’s mean',
          }),
        ),
        noise: Type.Number({ minimum: 0, default: 0.01, description: 'relative noise of the initial gates' }),
      },
      { default: {} },
    ),
    inspectEvery: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'iterations between looks at the gates; a fiftieth of their time by default',
      }),
    ),
    ablationRows: Type.Integer({
      minimum: 0,
      default: 128,
      description: 'validation rows that members are measured on before they go; 0: they are not',
    }),
    alarms: Alarms,
    rollback: Rollback,
    augment: Augment,
  },
  { default: {} },
)

const Retrain = object(
  {
    preset: Type.Optional(
      oneOf(Object.keys(retrainPresets), {
        description: 'settings of a published protocol, where this document has none of its own',
      }),
    ),
    ...length,
    shards: Shards,
    keep: Type.Optional(
      oneOf(['best', 'last'], {
        description: 'the weights of the best evaluation, or those of the last step',
      }),
    ),
    from: oneOf(['scratch', 'inherited'], {
      default: 'scratch',
      description: 'fresh weights, or the supernet’s',
    }),
    gates: oneOf(['drop', 'keep'], { default: 'drop', description: 'set gate values to 1, or keep them' }),
    poolNorm: oneOf(['keep', 'drop'], {
      default: 'keep',
      description: 'batch norm behind the pooling operations; published networks drop it',
    }),
    weights: OptimizerSettings,
    rollback: Rollback,
    l2: Type.Number({ minimum: 0, default: 0.003, description: 'λ of the L2 term on weights' }),
    augment: Augment,
    labelSmoothing: Type.Optional(
      Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'of a class’s probability, what all classes get equally',
      }),
    ),
    distillation: object(
      {
        share: Type.Optional(
          Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Literal('unexplained')], {
            description:
              'of the loss, what is held against the unpruned supernet’s outputs instead of the targets',
          }),
        ),
        temperature: Type.Number({
          exclusiveMinimum: 0,
          default: 2,
          description: 'what logits are divided by for that',
        }),
        trees: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 1,
            description:
              'of the loss of networks that no other one teaches, what is held against boosted trees; 0 by default',
          }),
        ),
        teachers: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 64,
            description:
              'unpruned supernets, each trained with a seed of its own, whose mean output teaches; 1 by default',
          }),
        ),
        unlabelled: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 16,
            description: 'rows of data.unlabelled for each measured row of a batch; 1 by default',
          }),
        ),
        made: Type.Optional(
          object({
            rows: Type.Number({
              minimum: 0,
              maximum: 16,
              default: 1,
              description:
                'rows that are made for each measured row of a batch, of which the teacher says what they are',
            }),
            by: Type.Optional(
              oneOf(['swap', 'mixup'], {
                description:
                  'how: columns of other rows (the default for tables), or mixtures of two rows (for all else)',
              }),
            ),
            share: Type.Number({
              minimum: 0,
              maximum: 1,
              default: 0.3,
              description: 'of the columns of a made row, those that are of other rows',
            }),
          }),
        ),
      },
      { default: {} },
    ),
    options: Type.Optional(
      Type.Record(Type.String(), json, {
        description: 'options of the space in which the retrained network differs from the searched one',
      }),
    ),
    auxiliary: Type.Number({
      minimum: 0,
      default: 0,
      description: 'weight of the loss of an auxiliary classifier, where the space has one',
    }),
    dropPath: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: 'how many operations are left out for an example at the end; rises from 0',
    }),
    calibration: Type.Optional(
      oneOf(['temperature'], {
        description: 'divides logits by what makes probabilities right on validation rows',
      }),
    ),
    baseline: Type.Boolean({
      default: false,
      description: 'retrain the unpruned supernet to compare, where nothing else wants it',
    }),
  },
  { default: {} },
)

/** A table of known results, in which the found architecture is ranked. */
const Benchmark = object({
  table: Type.String({ description: 'a CSV or JSON file, plain or gzip, relative to the config' }),
  column: Type.Optional(Type.String({ description: 'the column of architectures' })),
  metric: Type.Optional(
    Type.String({ description: 'the column to rank by; the first of numbers by default' }),
  ),
  higherIsBetter: Type.Optional(Type.Boolean({ description: 'told by the metric’s name by default' })),
})

/** The document of `sentei search`. docs/configuration.md explains every key. */
export const ConfigSchema = object(
  {
    $schema: Type.Optional(Type.String()),
    name: Type.String({ default: 'search', pattern: '^[A-Za-z0-9._-]+$' }),
    seed: Type.Integer({ minimum: 0, default: 1 }),
    backend: oneOf(['wasm', 'cpu', 'webgpu', 'tensorflow'], { default: 'wasm' }),
    relaxedSimd: Type.Boolean({
      default: false,
      description:
        'on wasm: kernels with one rounding for a product and a sum; faster, last bits may differ between machines',
    }),
    data: Data,
    split: Split,
    supernet: object({
      space: Type.String({ description: 'a search space of the registry: darts-cell, autoencoder-mlp' }),
      options: Type.Record(Type.String(), json, { default: {} }),
      restrict: Type.Optional(
        Type.Array(
          object({
            group: Type.String({ description: 'glob over gate groups: cell0/*' }),
            allow: Type.Optional(Type.Array(Type.String())),
            forbid: Type.Optional(Type.Array(Type.String())),
          }),
        ),
      ),
    }),
    relaxation: RelaxationSchema,
    objective: object(
      {
        task: Type.Optional(oneOf(['cross-entropy', 'mse', 'mae', 'huber'])),
        metric: Type.Optional(
          oneOf<MetricName[]>([...metricNames], { description: 'by which models are chosen' }),
        ),
        latency: Type.Optional(
          Type.String({ description: 'a JSON file of measured times, for the term latency' }),
        ),
      },
      { default: {} },
    ),
    classes: Type.Optional(ClassesSchema),
    schedule: Type.Union([Type.String(), Type.Record(Type.String(), json)], {
      default: 'auto',
      description:
        'a preset of schedules/, a JSON file, the document itself, or auto: the preset that suits the space',
    }),
    budget: Type.Optional(ConfigBudget),
    stages: Type.Optional(
      Type.Array(StageSchema, {
        description: 'searches before this one, in order, each on what the last left',
      }),
    ),
    search: Search,
    retrain: Retrain,
    criteria: Type.Array(CriterionSchema, { default: [] }),
    benchmark: Type.Optional(Benchmark),
    rivals: Type.Optional(TrialRivals),
    plugins: Type.Optional(PluginsSchema),
  },
  { $id: 'config' },
)

/** A validated configuration with every default that does not depend on the data. */
export type Config = Static<typeof ConfigSchema>
