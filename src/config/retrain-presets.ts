/** The settings of `retrain` for which a name stands. */
export const retrainPresets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  /** How DARTS trains what it found on CIFAR-10 (Liu, Simonyan & Yang, arXiv:1806.09055, §A.2). */
  'darts-published': {
    options: { cells: 20, channels: 36 },
    epochs: 600,
    batch: 96,
    keep: 'last',
    average: false,
    shards: 1,
    from: 'scratch',
    gates: 'drop',
    poolNorm: 'drop',
    weights: {
      optimizer: 'sgd',
      learningRate: 0.025,
      minLearningRate: 0,
      momentum: 0.9,
      warmup: 0,
      decay: 'cosine',
      clipNorm: 5,
    },
    l2: 3e-4,
    augment: { crop: 4, flip: true, cutout: 16 },
    labelSmoothing: 0,
    auxiliary: 0.4,
    dropPath: 0.2,
    distillation: { share: 0 },
  },
}

/** Keys that say how long a retraining is. A length of one's own replaces that of a preset. */
const lengthKeys = ['steps', 'epochs', 'evaluateEvery', 'earlyStop']

type Document = Readonly<Record<string, unknown>>

const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A configuration whose `retrain` has the settings of its preset where it has none of its own, and `preset`
 * no more. An unknown preset is left for the schema to refuse. The given value is not changed.
 */
export function withRetrainPreset(config: unknown): unknown {
  if (!isDocument(config) || !isDocument(config.retrain)) return config
  const { preset, ...settings } = config.retrain
  const under = presetOf(preset)
  if (!under) return config
  const length = settings.steps === undefined && settings.epochs === undefined ? [] : lengthKeys
  return { ...config, retrain: laidOver(without(under, length), settings) }
}

/**
 * The settings of a retraining after the preset of this name was set over them: where both have a setting,
 * the preset's counts. Undefined if there is no such preset.
 */
export function presetOver(settings: unknown, name: unknown): Document | undefined {
  const preset = presetOf(name)
  const rest = without(isDocument(settings) ? settings : {}, [...lengthKeys, 'preset'])
  return preset && { ...rest, ...structuredClone(preset) }
}

const presetOf = (name: unknown): Document | undefined =>
  typeof name === 'string' && Object.hasOwn(retrainPresets, name) ? retrainPresets[name] : undefined

const without = (from: Document, keys: readonly string[]): Document =>
  Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)))

/** Merges the objects of two documents key by key, but for `augment`: else no change could be taken away. */
function laidOver(under: Document, over: Document): Document {
  const result: Record<string, unknown> = structuredClone(under)
  for (const [key, value] of Object.entries(over)) {
    const below = result[key]
    result[key] = key !== 'augment' && isDocument(below) && isDocument(value) ? { ...below, ...value } : value
  }
  return result
}
