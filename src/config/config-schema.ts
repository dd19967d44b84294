import { Type, type Static } from '@sinclair/typebox'
import { Alarms } from './alarms-schema.js'
import { RelaxationSchema } from './relaxation-schema.js'

/** A string out of a fixed list. */
const oneOf = <T extends string[]>(values: [...T], options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options })
const object = <T extends Parameters<typeof Type.Object>[0]>(properties: T, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options })
const fraction = (options: object = {}) => Type.Number({ minimum: 0, maximum: 1, ...options })

const files = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], { description }))

/**
 * What the data is and how its files read. `source` names a bundled data set; else `file` (or `channels`) is
 * read. No defaults here: they depend on the bundled data set, on the format and on each other
 * (`data/data-settings.ts`).
 */
const Data = object({
  source: Type.Optional(Type.String({ description: 'a bundled data set: digits, concrete, chicago' })),
  file: files('a file or folder, relative to the config; several of one format are read one after another'),
  channels: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'instead of file, for sequences: a file for each channel, whose columns are the steps',
    }),
  ),
  format: Type.Optional(
    Type.String({ description: 'the reader, where the file’s name does not tell: csv, parquet, idx, …' }),
  ),
  targetFile: files('the file of the targets, where they stand apart, row by row; one for each file'),
  targetHeader: Type.Optional(
    Type.Boolean({
      description: 'whether the target file’s first line names its columns; as header by default',
    }),
  ),
  kind: Type.Optional(oneOf(['table', 'images', 'series', 'sequences'])),
  delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1, description: 'a comma by default' })),
  header: Type.Optional(
    Type.Boolean({ description: 'whether the first line names the columns; true by default' }),
  ),
  task: Type.Optional(oneOf(['classification', 'regression', 'forecasting'])),
  target: Type.Optional(
    Type.Union([Type.String(), Type.Integer({ minimum: -1 }), Type.Array(Type.String(), { minItems: 1 })], {
      description: 'the target column: its name, or its index where there is no header (-1: the last)',
    }),
  ),
  classes: files('names of the classes 0, 1, …: a list, or a file of them (JSON, or a name a line)'),
  drop: Type.Optional(Type.Array(Type.String(), { description: 'columns that are not inputs' })),
  categorical: Type.Optional(
    Type.Array(Type.String(), { description: 'columns to one-hot encode even if numeric' }),
  ),
  missing: Type.Optional(
    oneOf(['refuse', 'drop-row', 'mean', 'median', 'most-frequent', 'indicator'], {
      description:
        'what is done about an empty cell (or NA, NaN, ?, null): refuse by default; fills are computed on train only',
    }),
  ),
  image: Type.Optional(
    object({
      height: Type.Integer({ minimum: 1 }),
      width: Type.Integer({ minimum: 1 }),
      channels: Type.Integer({ minimum: 1, default: 1 }),
    }),
  ),
  resize: Type.Optional(
    oneOf(['refuse', 'stretch', 'crop'], {
      description: 'image-folder: what is done about an image of another size; refuse by default',
    }),
  ),
  labelBytes: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 8, description: 'records: bytes before the pixels; 1 by default' }),
  ),
  layout: Type.Optional(
    oneOf(['channels-last', 'channels-first'], {
      description: 'which axis of an image or sequence comes first in the file; channels-last by default',
    }),
  ),
  sequence: Type.Optional(
    object({
      steps: Type.Integer({ minimum: 1, description: 'each row is a whole example of so many time steps' }),
      channels: Type.Integer({ minimum: 1, default: 1 }),
    }),
  ),
  window: Type.Optional(Type.Integer({ minimum: 1, description: 'series: time steps that the model sees' })),
  horizon: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'series: steps from the window’s last to the target; 1 by default in forecasting, else 0',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, description: 'at most so many rows, drawn by the seed, for quick tries' }),
  ),
  test: Type.Optional(
    object({
      file: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]),
      targetFile: files('as data.targetFile'),
    }),
  ),
})

const Split = object(
  {
    by: oneOf(['auto', 'random', 'stratified', 'block', 'group', 'time'], {
      default: 'auto',
      description: 'auto: time for a series, stratified for classification, else random',
    }),
    column: Type.Optional(Type.String({ description: 'for group and time: the column that says which' })),
    block: Type.Optional(
      Type.Integer({ minimum: 1, description: 'for block: rows in a block that stay together' }),
    ),
    train: fraction({ default: 0.6 }),
    arch: fraction({ default: 0 }),
    validation: fraction({ default: 0.2 }),
    test: fraction({ default: 0.2 }),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, description: 'own seed, to hold the split while trials vary' }),
    ),
  },
  { default: {} },
)

const Optimizer = object(
  {
    optimizer: oneOf(['sgd', 'adam'], { default: 'sgd' }),
    learningRate: Type.Number({ exclusiveMinimum: 0, default: 0.1 }),
    minLearningRate: Type.Number({ minimum: 0, default: 0, description: 'where cosine decay ends' }),
    momentum: Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0.9 }),
    decay: oneOf(['cosine', 'constant'], { default: 'cosine' }),
    clipNorm: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'largest norm of the whole gradient' }),
    ),
  },
  { default: {} },
)

const EarlyStop = object({
  patience: Type.Integer({ minimum: 1, description: 'epochs without a better validation metric' }),
  minDelta: Type.Number({ minimum: 0, default: 0 }),
})

const Augment = Type.Optional(
  object({
    shift: Type.Optional(Type.Integer({ minimum: 0, description: 'pixels' })),
    flip: Type.Optional(Type.Boolean()),
    cutout: Type.Optional(Type.Integer({ minimum: 1, description: 'side of a square set to 0, pixels' })),
  }),
)

const Search = object(
  {
    epochs: Type.Integer({ minimum: 1, default: 20 }),
    batch: Type.Integer({ minimum: 1, default: 64 }),
    shards: Type.Integer({
      minimum: 1,
      default: 1,
      description: 'parts of a batch with batch statistics of their own',
    }),
    mode: oneOf(['joint', 'alternating', 'unrolled'], { default: 'joint' }),
    weights: Optimizer,
    gates: object(
      {
        learningRate: Type.Number({ exclusiveMinimum: 0, default: 0.2 }),
        noise: Type.Number({ minimum: 0, default: 0.01, description: 'relative noise of the initial gates' }),
      },
      { default: {} },
    ),
    inspectEvery: Type.Integer({
      minimum: 1,
      default: 20,
      description: 'iterations between looks at the gates',
    }),
    ablationRows: Type.Integer({
      minimum: 0,
      default: 128,
      description: 'validation rows that members are measured on before they go; 0: they are not',
    }),
    alarms: Alarms,
    augment: Augment,
    earlyStop: Type.Optional(EarlyStop),
  },
  { default: {} },
)

const Retrain = object(
  {
    epochs: Type.Integer({ minimum: 1, default: 40 }),
    batch: Type.Integer({ minimum: 1, default: 64 }),
    from: oneOf(['scratch', 'inherited'], {
      default: 'scratch',
      description: 'fresh weights, or the supernet’s',
    }),
    gates: oneOf(['drop', 'keep'], { default: 'drop', description: 'set gate values to 1, or keep them' }),
    poolNorm: oneOf(['keep', 'drop'], {
      default: 'keep',
      description: 'batch norm behind the pooling operations; published networks drop it',
    }),
    weights: Optimizer,
    l2: Type.Number({ minimum: 0, default: 0.003, description: 'λ of the L2 term on weights' }),
    augment: Augment,
    options: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
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
    earlyStop: Type.Optional(EarlyStop),
    baseline: Type.Boolean({ default: false, description: 'also retrain the unpruned supernet, to compare' }),
  },
  { default: {} },
)

/** One condition for accepting the model; the command exits with 3 where one fails. */
const Criterion = object({
  metric: oneOf([
    'accuracy',
    'cross-entropy',
    'rmse',
    'mae',
    'r2',
    'parameters',
    'flops',
    'depth',
    'parameters-share',
  ]),
  split: oneOf(['validation', 'test'], { default: 'test' }),
  atLeast: Type.Optional(Type.Number()),
  atMost: Type.Optional(Type.Number()),
})

/** A table of known results, which says where the architecture that was found stands among all. */
const Benchmark = object({
  table: Type.String({ description: 'a CSV or JSON file, plain or gzip, relative to the config' }),
  column: Type.Optional(Type.String({ description: 'the column of architectures' })),
  metric: Type.Optional(
    Type.String({ description: 'the column to rank by; the first of numbers by default' }),
  ),
  higherIsBetter: Type.Optional(Type.Boolean({ description: 'told by the metric’s name by default' })),
})

/** The document that `sentei search` reads. Every key has its meaning in docs/configuration.md. */
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
      options: Type.Record(Type.String(), Type.Unknown(), { default: {} }),
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
        metric: Type.Optional(oneOf(['accuracy', 'cross-entropy', 'rmse', 'mae', 'r2'])),
        latency: Type.Optional(
          Type.String({ description: 'a JSON file of measured times, for the term latency' }),
        ),
      },
      { default: {} },
    ),
    schedule: Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
      default: 'auto',
      description:
        'a preset of schedules/, a JSON file, the document itself, or auto: the preset that suits the space',
    }),
    search: Search,
    retrain: Retrain,
    criteria: Type.Array(Criterion, { default: [] }),
    benchmark: Type.Optional(Benchmark),
  },
  { $id: 'config' },
)

/** A resolved configuration: validated, every default filled in. */
export type Config = Static<typeof ConfigSchema>
