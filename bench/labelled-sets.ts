import { randomSource, type RandomStream } from '../src/base/random.js'
import type { LabelledSet } from './labelled-types.js'
import { engines, hydraulic, transformer } from './measured-sets.js'

/** How the examples of a made set come about: a function of the class, or of a number in 0 … 1 for regression. */
interface Made {
  readonly rows: number
  readonly steps: number
  readonly channels?: number
  /** Regression where there are none. */
  readonly classes?: number
  /** The value of a step of a channel. Called once an example, so that it may draw what the example shares. */
  readonly example: (
    label: number,
    draw: RandomStream,
    steps: number,
  ) => (t: number, channel: number) => number
}

const testRows = 300
const tau = 2 * Math.PI
const between = (draw: RandomStream, from: number, to: number) => from + (to - from) * draw.uniform()
const bump = (t: number, at: number, width: number) => Math.exp(-(((t - at) / width) ** 2))

/** An autoregressive process of order 2 with poles of a radius at ± an angle. */
function resonance(draw: RandomStream, angle: number, radius: number): () => number {
  let [last, before] = [0, 0]
  const next = () => {
    const value = 2 * radius * Math.cos(angle) * last - radius ** 2 * before + draw.normal()
    ;[before, last] = [last, value]
    return value
  }
  for (let t = 0; t < 50; t++) next()
  return next
}

const made: Readonly<Record<string, Made>> = {
  // Frequency tells the class, phase and amplitude nothing.
  sines: {
    rows: 60,
    steps: 100,
    classes: 3,
    example: (label, draw) => {
      const [phase, size] = [between(draw, 0, tau), between(draw, 0.7, 1.3)]
      const frequency = [0.05, 0.065, 0.085][label]! * between(draw, 0.95, 1.05)
      return (t) => size * Math.sin(tau * frequency * t + phase) + 1.4 * draw.normal()
    },
  },
  bumps: {
    rows: 60,
    steps: 120,
    classes: 2,
    example: (label, draw) => {
      const first = between(draw, 15, 105)
      const gap = between(draw, 20, 60)
      const second = first + gap < 110 ? first + gap : first - gap
      const height = label === 0 ? between(draw, 1, 2) : 1
      return (t) => height * bump(t, first, 5) + (label === 1 ? bump(t, second, 5) : 0) + 0.2 * draw.normal()
    },
  },
  // Cylinder, bell, funnel (Saito 1994).
  cylinders: {
    rows: 40,
    steps: 128,
    classes: 3,
    example: (label, draw) => {
      const from = between(draw, 16, 32)
      const until = from + between(draw, 32, 96)
      const height = 6 + draw.normal()
      const shape = (t: number) => [1, (t - from) / (until - from), (until - t) / (until - from)][label]!
      return (t) => (t >= from && t <= until ? height * shape(t) : 0) + draw.normal()
    },
  },
  chirps: {
    rows: 80,
    steps: 150,
    classes: 3,
    example: (label, draw, steps) => {
      const [phase, low] = [between(draw, 0, tau), between(draw, 0.03, 0.05)]
      const rise = [0, 0.04, -0.04][label]!
      const start = low + Math.max(0, -rise) + (label === 0 ? 0.02 : 0)
      return (t) => Math.sin(phase + tau * (start * t + (rise * t * t) / (2 * steps))) + 0.6 * draw.normal()
    },
  },
  spectra: {
    rows: 100,
    steps: 200,
    classes: 4,
    example: (label, draw) => resonance(draw, [0.5, 0.7, 0.9, 1.1][label]!, 0.9),
  },
  // Outlines of about the same form, whose classes differ by details at about the same place.
  outlines: {
    rows: 36,
    steps: 250,
    classes: 3,
    example: (label, draw, steps) => {
      const shift = between(draw, -6, 6)
      const [a, b, c] = [between(draw, 0.8, 1.2), between(draw, -0.3, 0.3), between(draw, -0.3, 0.3)]
      const place = [60, 75, 60][label]!
      const width = [8, 8, 14][label]!
      return (t) =>
        a * Math.sin((tau * (t - shift)) / steps) +
        b * Math.cos((tau * 2 * t) / steps) +
        c * Math.sin((tau * 3 * t) / steps) +
        0.5 * bump(t, place + shift, width) +
        0.03 * draw.normal()
    },
  },
  // Six sensors of a motion: classes by rhythm and by which sensors share it.
  motions: {
    rows: 40,
    steps: 100,
    channels: 6,
    classes: 4,
    example: (label, draw) => {
      const phase = between(draw, 0, tau)
      const frequency = [0.04, 0.07, 0.04, 0.07][label]! * between(draw, 0.85, 1.15)
      const sizes = Array.from(
        { length: 6 },
        (_, c) => between(draw, 0.4, 1.6) * (c < 3 === label < 2 ? 1 : 0.4),
      )
      return (t, c) => sizes[c]! * Math.sin(tau * frequency * t + phase + c) ** 3 + 0.4 * draw.normal()
    },
  },
  // The frequency itself.
  pitch: {
    rows: 100,
    steps: 100,
    example: (value, draw) => {
      const phase = between(draw, 0, tau)
      return (t) => Math.sin(tau * (0.03 + 0.07 * value) * t + phase) + draw.normal()
    },
  },
  // How fast a step's answer dies away, wherever it begins.
  decay: {
    rows: 80,
    steps: 80,
    example: (value, draw) => {
      const [at, size] = [between(draw, 5, 30), between(draw, 0.7, 1.3)]
      return (t) => (t < at ? 0 : size * Math.exp(-(t - at) / (3 + 20 * value))) + 0.1 * draw.normal()
    },
  },
}

/** A made set of a seed: rows for training and 300 for the test, from one source. */
function make(
  name: string,
  seed: number,
  { rows, steps, channels = 1, classes, example }: Made,
): LabelledSet {
  const random = randomSource(seed)
  const examples = Array.from({ length: rows + testRows }, (_, row) => {
    const draw = random.stream('example', name, row)
    const label = classes ? row % classes : draw.uniform()
    const valueAt = example(label, draw, steps)
    const values = Array.from({ length: steps * channels }, (_, i) =>
      valueAt(Math.floor(i / channels), i % channels),
    )
    return { values, target: classes ? label : 100 * label }
  })
  const task = classes ? 'classification' : 'regression'
  return { task, steps, channels, train: examples.slice(0, rows), test: examples.slice(rows) }
}

/** The names of the made sets. */
export const madeSets = Object.keys(made)

/**
 * A set of a seed: `sines` and others that are made; `season`, `hour` (ETTh1), `failing`, `life` (C-MAPSS) and `valve-40`, `cooler-all`, …
 * (hydraulic, by the number of training rows) from a folder of time series.
 */
export function labelledSet(name: string, seed: number, folder: string): LabelledSet {
  if (made[name]) return make(name, seed, made[name])
  if (name === 'season' || name === 'hour') return transformer(folder, name, seed)
  if (name === 'failing' || name === 'life') return engines(folder, name, seed)
  const [target, rows] = name.split('-')
  return hydraulic(folder, target!, rows === 'all' ? Infinity : Number(rows), seed)
}
