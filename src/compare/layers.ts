import type { Locate } from '../config/validator.js'

type Part = Readonly<Record<string, unknown>>

/** A part of a configuration, and its path in the document of a comparison. */
export interface Layer {
  readonly place: readonly string[]
  readonly value: Part
}

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sections that are replaced as a whole instead of being merged. */
const whole = ['schedule', 'budget', 'relaxation']

/** Keys that exclude each other: setting one removes the other. */
const insteadOf: Readonly<Record<string, string>> = { steps: 'epochs', epochs: 'steps' }

/** Merges layers; later ones override earlier ones. */
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

/**
 * Whether a section replaces the one below it. A supernet that names a space does, because the options of one
 * space have no meaning in another.
 */
const replaces = (key: string, value: Part): boolean =>
  whole.includes(key) || (key === 'supernet' && 'space' in value)

/**
 * Gives the place in the document of a value of the merged configuration: in the topmost layer that has it,
 * or in the one that has most of the keys on its path. `locate` translates that place into one in a file.
 */
export function locateIn(layers: readonly Layer[], locate?: Locate): Locate {
  return (path) => {
    const depths = layers.map(({ value }) => depthOf(value, path))
    const deepest = Math.max(...depths)
    // A value that no layer has is reported as missing in the set.
    const { place } =
      deepest > 0
        ? layers[depths.lastIndexOf(deepest)]!
        : (layers.find((layer) => layer.place[0] === 'sets') ?? layers[0]!)
    const documentPath = [...place, ...path.slice(0, deepest)]
    return locate?.(documentPath) ?? ['comparison', ...documentPath].join('.')
  }
}

/** The number of leading keys of a path that exist in a value. */
function depthOf(value: unknown, path: readonly string[]): number {
  const [key, ...rest] = path
  if (key === undefined || typeof value !== 'object' || value === null || !(key in value)) return 0
  return 1 + depthOf((value as Part)[key], rest)
}
