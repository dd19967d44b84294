import { InputError } from '../base/errors.js'
import type { RandomSource } from '../base/random.js'
import type { Encoding, PreparedData } from '../data/types.js'
import type { AnySpace } from '../supernet/space.js'

/**
 * The size of the random inputs of a timed step. They are images, series or tables, whichever the space
 * takes.
 */
export interface InputSize {
  /** The height and width of images; 32 by default. They have three channels. */
  readonly image?: number | undefined
  /** The number of time steps in a series; 128 by default. */
  readonly length?: number | undefined
  /** The number of columns of a table, or of channels of a series; 8 by default. */
  readonly features?: number | undefined
}

interface Kind {
  readonly name: string
  readonly sizes: readonly (keyof InputSize)[]
  readonly shape: (size: InputSize) => number[]
}

/** Kinds of inputs with one, two and three axes. */
const kinds: readonly Kind[] = [
  { name: 'tables', sizes: ['features'], shape: ({ features = 8 }) => [features] },
  {
    name: 'series',
    sizes: ['length', 'features'],
    shape: ({ length = 128, features = 8 }) => [length, features],
  },
  { name: 'images', sizes: ['image'], shape: ({ image = 32 }) => [image, image, 3] },
]

const sizes = ['image', 'length', 'features'] as const

/**
 * The shape of an input that a space takes, with the given sizes. If the space takes several kinds, it is the
 * first of table, series and image that has all given sizes. Throws an InputError if there is none.
 */
export function inputShape({ name, ranks }: AnySpace, size: InputSize): number[] {
  const given = sizes.filter((option) => size[option] !== undefined)
  const taken = kinds.filter((_, i) => ranks.includes(i + 1))
  const kind = taken.find((each) => given.every((option) => each.sizes.includes(option)))
  if (kind) return kind.shape(size)
  const foreign = given.filter((option) => !taken.some((each) => each.sizes.includes(option)))
  const named = (foreign.length > 0 ? foreign : given).map((option) => `--${option} ${size[option]}`)
  const remedy = taken.map((each) => each.sizes.map((option) => `--${option}`).join(' and '))
  throw new InputError(
    `${named.join(' ')}: ${name} takes ${taken.map((each) => each.name).join(' or ')}; give ${remedy.join(', or ')} instead`,
  )
}

const classes = Array.from({ length: 10 }, (_, i) => String(i))
const encodings: readonly Encoding['kind'][] = ['table', 'series', 'images']

/** Rows of normally distributed inputs in ten classes. All rows are both in `train` and in `arch`. */
export function randomData(shape: readonly number[], rows: number, random: RandomSource): PreparedData {
  const stream = random.stream('bench', 'inputs')
  const size = shape.reduce((product, n) => product * n, rows)
  const inputs = Float32Array.from({ length: size }, () => stream.normal())
  const targets = Float32Array.from({ length: rows }, () => stream.integer(classes.length))
  const all = Uint32Array.from({ length: rows }, (_, i) => i)
  const none = new Uint32Array(0)
  const features = Array.from({ length: shape.at(-1)! }, (_, i) => String(i))
  return {
    dataset: {
      name: 'random inputs',
      rows,
      shape,
      inputs,
      targets,
      task: { kind: 'classification', classes },
      features,
      encoding: { kind: encodings[shape.length - 1]!, columns: [], missing: 'refuse' },
      hash: 'random',
    },
    splits: { train: all, arch: all, validation: none, test: none },
    scaler: {
      input: { mean: features.map(() => 0), std: features.map(() => 1) },
      target: { mean: [], std: [] },
      fill: features.map(() => 0),
    },
    inputs,
    targets,
  }
}
