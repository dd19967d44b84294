import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { batchCount } from '../data/batches.js'
import type { Encoding, PreparedData } from '../data/types.js'
import type { DistillationOptions } from '../objective/distillation.js'

type Stage = 'search' | 'retrain'

/** How weights are stepped, with every option set. */
export type OptimizerOptions = Required<Omit<Config['search']['weights'], 'clipNorm'>> &
  Pick<Config['search']['weights'], 'clipNorm'>

/** The options of a stage's training that the configuration may leave open. */
interface Training {
  /** The number of batches to train on. */
  readonly steps: number
  /** The number of steps between evaluations of the validation metric. */
  readonly evaluateEvery: number
  readonly batch: number
  /** Whether a moving average of the weights is evaluated, and kept at the end. */
  readonly average: boolean
  readonly weights: OptimizerOptions
  readonly earlyStop?: { readonly steps: number; readonly minDelta: number }
}

type Open = 'epochs' | keyof Training
export type SearchOptions = Omit<Config['search'], Open> & Training
export type RetrainOptions = Omit<Config['retrain'], Open | 'keep' | 'distillation'> &
  Training & {
    readonly keep: NonNullable<Config['retrain']['keep']>
    readonly distillation: DistillationOptions
  }

/** A configuration with every option set. It is a valid configuration too, and means the same on any data. */
export type ResolvedConfig = Omit<Config, Stage> & {
  readonly search: SearchOptions
  readonly retrain: RetrainOptions
}

/** The facts that determine defaults for what a configuration leaves open. */
interface Facts {
  readonly kind: Encoding['kind']
  /** The number of rows that weights are trained on. */
  readonly rows: number
}

/**
 * The most steps of a stage. A search has a λ for every step and layer; a retraining of this many steps takes
 * months.
 */
export const mostSteps: Readonly<Record<Stage, number>> = { search: 10_000_000, retrain: 1_000_000_000 }

/**
 * The configuration with the length of its stages, their batch sizes and their optimizers as numbers: the
 * given ones, or defaults for the kind of data and the number of rows. Epochs become steps. More than
 * `mostSteps` steps are an InputError.
 */
export function resolveTraining(
  config: Config,
  { dataset, splits, unlabelled }: PreparedData,
): ResolvedConfig {
  const { kind } = dataset.encoding
  const { train, arch } = splits
  return {
    ...config,
    search: resolved('search', config.search, { kind, rows: train.length }),
    // After the search, the rows that trained the gates train weights as well.
    retrain: {
      keep: usualKeep(config.retrain, kind),
      ...resolved('retrain', config.retrain, { kind, rows: train.length + arch.length }),
      distillation: usualDistillation(config.retrain, { dataset, unlabelled }),
    },
  }
}

/**
 * The default of `keep`. Of few sequences only a handful validate, so that the best evaluation is a lucky
 * one; the end of a decaying learning rate does not depend on luck.
 */
const usualKeep = ({ earlyStop }: Config['retrain'], kind: Facts['kind']): RetrainOptions['keep'] =>
  kind === 'sequences' && !earlyStop ? 'last' : 'best'

/**
 * The default of `distillation.share`. A class says little about where an example lies, so nearly all of the
 * loss may come from a teacher. A number is only as good as its noise is small; a teacher has none of that
 * noise, but errors of its own.
 */
function usualDistillation(
  { distillation }: Config['retrain'],
  { dataset: { task, encoding }, unlabelled }: Pick<PreparedData, 'dataset' | 'unlabelled'>,
): DistillationOptions {
  const isClass = task.kind === 'classification'
  const share = distillation.share ?? (isClass ? 0.9 : 'unexplained')
  if (isClass && share === 'unexplained')
    throw new InputError(
      'config.retrain.distillation.share: expected a number from 0 to 1 where the targets are classes, got unexplained; a share of variance is of numbers',
    )
  const { made, ...rest } = distillation
  return {
    ...rest,
    share,
    ...(unlabelled && { unlabelled: distillation.unlabelled ?? 1 }),
    ...(made && { made: { ...made, by: made.by ?? usualMaking(encoding.kind) } }),
  }
}

/** Columns of a table say something each; the steps of a series and the pixels of an image do so together. */
const usualMaking = (kind: Facts['kind']): 'swap' | 'mixup' => (kind === 'table' ? 'swap' : 'mixup')

function resolved<StageSettings extends Config[Stage]>(stage: Stage, settings: StageSettings, facts: Facts) {
  const { epochs, earlyStop, ...rest } = settings
  const batch = settings.batch ?? usualBatch(facts)
  const perEpoch = batchCount(facts.rows, batch)
  const usual = stages[stage](facts, perEpoch)
  const fixed = epochs === undefined ? settings.steps : epochs * perEpoch
  const steps = typeof fixed === 'number' ? fixed : usual.steps
  requireSteps(stage, epochs === undefined ? 'steps' : 'epochs', steps)
  const every = epochs === undefined ? usualInterval(steps, perEpoch) : perEpoch
  const patience = earlyStop ?? (typeof fixed === 'number' ? undefined : usual.earlyStop)
  return {
    ...rest,
    steps,
    evaluateEvery: settings.evaluateEvery ?? every,
    batch,
    average: settings.average ?? usual.average ?? false,
    weights: usualWeights(settings.weights, { ...kinds[facts.kind], ...usual.weights }),
    ...(patience && {
      earlyStop: { steps: patience.steps ?? patience.epochs! * perEpoch, minDelta: patience.minDelta },
    }),
  }
}

function requireSteps(stage: Stage, key: 'steps' | 'epochs', steps: number): void {
  const most = mostSteps[stage]
  if (steps > most)
    throw new InputError(
      `config.${stage}.${key}: expected at most ${most.toLocaleString('en')} iterations, got ${steps}; take fewer ${key}${key === 'epochs' ? ' or larger batches' : ''}`,
    )
}

/**
 * The default batch size, a power of 2: at most 64 rows, and at least four batches per epoch (two for
 * sequences). The statistics of batch norms vary too much over a handful of sequences, and too little over
 * all of them at once.
 */
const usualBatch = ({ kind, rows }: Facts): number =>
  2 ** Math.floor(Math.log2(Math.min(64, Math.max(1, rows / (kind === 'sequences' ? 2 : 4)))))

/**
 * The default interval between evaluations: an epoch or a twentieth of all steps, whichever is less, but at
 * least 64 steps.
 */
const usualInterval = (steps: number, perEpoch: number): number =>
  Math.max(64, Math.min(perEpoch, Math.ceil(steps / 20)))

interface UsualTraining {
  readonly steps: number
  readonly average?: boolean
  readonly earlyStop?: Config['search']['earlyStop']
  /** What differs from the defaults of the kind of data. */
  readonly weights?: Partial<Usual>
}

const stages: Record<Stage, (facts: Facts, perEpoch: number) => UsualTraining> = {
  search: (_, perEpoch) => ({ steps: between(2000, 20 * perEpoch, 16_000) }),
  retrain: ({ kind }, perEpoch) => {
    if (kind === 'images' || kind === 'sequences')
      return { steps: between(fewestSteps, 40 * perEpoch, 16_000), average: kind === 'sequences' }
    const defaults = { steps: 16_000, earlyStop: { steps: 2500, minDelta: 0 } }
    // Tables of many rows train for long enough that a constant rate is what limits them (decision 31).
    return kind === 'table' ? { ...defaults, average: true, weights: { decay: 'inverse' } } : defaults
  },
}

/**
 * The least number of steps for images and sequences, however many epochs that is: convolutions learn slowly
 * (decisions 22 and 26).
 */
const fewestSteps = 3000

const between = (least: number, value: number, most: number): number => Math.max(least, Math.min(value, most))

/** Defaults by kind of data. */
interface Usual {
  readonly optimizer: 'sgd' | 'adam'
  readonly learningRate: Readonly<Record<'sgd' | 'adam', number>>
  readonly decay: OptimizerOptions['decay']
  readonly beta2: number
  readonly warmup: number
}

const constant: Usual = {
  optimizer: 'adam',
  learningRate: { sgd: 0.02, adam: 0.003 },
  decay: 'constant',
  beta2: 0.95,
  warmup: 0,
}

const kinds: Record<Facts['kind'], Usual> = {
  table: constant,
  series: constant,
  sequences: { ...constant, decay: 'cosine' },
  images: {
    optimizer: 'sgd',
    learningRate: { sgd: 0.1, adam: 0.003 },
    decay: 'cosine',
    beta2: 0.999,
    warmup: 0,
  },
}

function usualWeights(settings: Config['search']['weights'], usual: Usual): OptimizerOptions {
  const optimizer = settings.optimizer ?? usual.optimizer
  return {
    ...settings,
    optimizer,
    learningRate: settings.learningRate ?? usual.learningRate[optimizer],
    decay: settings.decay ?? usual.decay,
    beta2: settings.beta2 ?? usual.beta2,
    warmup: settings.warmup ?? usual.warmup,
  }
}
