import { Type } from '@sinclair/typebox'
import { fraction, object, oneOf } from './schema-parts.js'

const files = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], { description }))

const missingWords = Type.Array(Type.Union([Type.String({ minLength: 1 }), Type.Number()]), { minItems: 1 })

/**
 * The kind of the data and how its files are read. `source` names a bundled data set; otherwise, `file` (or
 * `channels`) is read. There are no defaults here, because they depend on the bundled data set, on the format
 * and on each other (`data/data-settings.ts`).
 */
export const Data = object({
  source: Type.Optional(
    Type.String({
      description: 'a bundled data set: digits, concrete, chicago; memory: what a program gives',
    }),
  ),
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
  delimiter: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1, description: 'between cells; guessed by default' }),
  ),
  encoding: Type.Optional(
    Type.String({ minLength: 1, description: 'of text: utf-8 by default; windows-1252, utf-16le, …' }),
  ),
  decimal: Type.Optional(
    oneOf(['.', ','], { description: 'the decimal sign of numbers: a point by default' }),
  ),
  thousands: Type.Optional(
    oneOf([',', '.', "'", '_', ' '], {
      description: 'what groups the digits of numbers: nothing by default',
    }),
  ),
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
  positive: Type.Optional(
    Type.String({
      description:
        'the class that f1, average-precision and other metrics of one class are about; of two classes the rarer in training by default',
    }),
  ),
  drop: Type.Optional(Type.Array(Type.String(), { description: 'columns that are not inputs' })),
  categorical: Type.Optional(
    Type.Array(Type.String(), { description: 'columns to one-hot encode even if numeric' }),
  ),
  numeric: Type.Optional(
    Type.Array(Type.String(), {
      description: 'columns of numbers with a unit ($3.00, 12%, 5 kg), read without it',
    }),
  ),
  dates: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Array(oneOf(['year', 'month', 'weekday', 'hour', 'days']), { minItems: 1 }),
      {
        description:
          'tables: columns of dates, and the parts of each that are inputs; what goes round as sine and cosine, days since the first row of training',
      },
    ),
  ),
  missing: Type.Optional(
    oneOf(['refuse', 'drop-row', 'mean', 'median', 'most-frequent', 'indicator'], {
      description:
        'what is done about an empty cell (or NA, N/A, NaN, ?, null): refuse by default; fills are computed on train only',
    }),
  ),
  unseen: Type.Optional(
    oneOf(['other', 'refuse'], {
      description:
        'what a model does about a row with a category that training did not see: it predicts it as another one by default, or has no prediction for it',
    }),
  ),
  rare: Type.Optional(
    Type.Integer({
      minimum: 2,
      description:
        'categories of fewer rows share one feature, which new ones get as well; without it, each has one',
    }),
  ),
  missingValues: Type.Optional(
    Type.Union([missingWords, Type.Record(Type.String(), missingWords)], {
      description:
        'tables: further words or numbers that mean a missing cell: a list for all columns, or a list for each column by name',
    }),
  ),
  scaling: Type.Optional(
    oneOf(['standard', 'robust'], {
      description:
        'of inputs: by mean and standard deviation, or by median and quartiles with the ends bent in; robust for tables by default, else standard',
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
  broken: Type.Optional(
    oneOf(['few', 'skip', 'refuse'], {
      description:
        'image-folder: broken files are left out if they are at most 5 % of a class (few, the default), in any number (skip), or refused',
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
  seriesBy: files('series: the column, or columns, that name the series of a row, such as a machine'),
  seriesInput: Type.Optional(
    Type.Boolean({
      description: 'series: whether the columns of seriesBy are inputs, too; false by default',
    }),
  ),
  time: Type.Optional(
    Type.String({ description: 'series: the column of time, by which rows are sorted and gaps are found' }),
  ),
  timeNotation: Type.Optional(
    oneOf(['numbers', 'dates', 'day-first', 'month-first', 'compact'], {
      description:
        'series: how the cells of time are written, where they do not tell: 03/04/2026 with the day or the month first, or 20260301 (compact)',
    }),
  ),
  every: Type.Optional(
    Type.Union([Type.String(), Type.Number({ exclusiveMinimum: 0 })], {
      description:
        'series: the step between rows, 10min or a number as in time; the most frequent by default',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, description: 'at most so many rows, drawn by the seed, for quick tries' }),
  ),
  unlabelled: files(
    'further rows of which nobody knows the target, read as file: the derived network learns what its teacher says of them',
  ),
  teacher: files(
    'what a teacher of yours says: for each row of file, and behind them for each of unlabelled, values, or a probability for each class',
  ),
  test: Type.Optional(
    object({
      file: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]),
      targetFile: files('as data.targetFile'),
    }),
  ),
})

/** How the rows are divided into splits. */
export const Split = object(
  {
    by: oneOf(['auto', 'random', 'stratified', 'block', 'group', 'time'], {
      default: 'auto',
      description: 'auto: time for a series, stratified for classification, else random',
    }),
    column: Type.Optional(Type.String({ description: 'for group and time: the column that says which' })),
    block: Type.Optional(
      Type.Integer({ minimum: 1, description: 'for block: rows in a block that stay together' }),
    ),
    equal: Type.Optional(
      oneOf(['together', 'apart'], {
        description:
          'rows with equal inputs: together in one split by default, or apart like any other rows, for tables in which few inputs repeat',
      }),
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
