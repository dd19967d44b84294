import type { Locate } from '../config/validator.js'

type Part = Readonly<Record<string, unknown>>

/** A part of a configuration, and where it stands in the document of a comparison. */
export interface Layer {
  readonly place: readonly string[]
  readonly value: Part
}

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sections that are one thing: another one takes their place as a whole. */
const whole = ['schedule', 'budget', 'relaxation']

/** Keys of which a section has one. */
const insteadOf: Readonly<Record<string, string>> = { steps: 'epochs', epochs: 'steps' }

/** Layers laid over one another, the last on top. */
export const laidOver = (layers: readonly Layer[]): Part =>
  layers.reduce<Part>((under, { value }) => over(under, value), {})

function over(under: Part, top: Part): Part {
  const result: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(top)) {
    const below = result[key]
    const other = insteadOf[key]
    if (other !== undefined && !(other in top)) delete result[other]
    result[key] = isPart(below) && isPart(value) && !replaces(key, value) ? over(below, value) : value
  }
  return result
}

/** Options of one space mean nothing to another. */
const replaces = (key: string, value: Part): boolean =>
  whole.includes(key) || (key === 'supernet' && 'space' in value)

/**
 * Says where a value of a configuration stands in the document that it was laid together from: in the topmost layer that
 * has it, or in the one that has most of the keys on the way to it. `locate` says where that is in a file.
 */
export function locateIn(layers: readonly Layer[], locate?: Locate): Locate {
  return (path) => {
    const depths = layers.map(({ value }) => depthOf(value, path))
    const deepest = Math.max(...depths)
    // What stands nowhere is missing of the set.
    const { place } =
      deepest > 0
        ? layers[depths.lastIndexOf(deepest)]!
        : (layers.find((layer) => layer.place[0] === 'sets') ?? layers[0]!)
    const found = [...place, ...path.slice(0, deepest)]
    return locate?.(found) ?? ['comparison', ...found].join('.')
  }
}

/** How many keys of a path there are in a value. */
function depthOf(value: unknown, path: readonly string[]): number {
  const [key, ...rest] = path
  if (key === undefined || typeof value !== 'object' || value === null || !(key in value)) return 0
  return 1 + depthOf((value as Part)[key], rest)
}
