import { passBudget } from '../backend/limits.js'
import { InputError } from '../base/errors.js'
import type { Supernet } from '../supernet/types.js'
import { heldBytes } from '../train/memory.js'

/**
 * Builds a supernet, unless it is too large for the memory. In that case, it throws an InputError that names
 * the likely cause among the options, before anything large is allocated: a graph is plain data, whose
 * weights are only counted. `memory` is the number of bytes of the machine.
 */
export function sized(build: () => Supernet, options: unknown, path: string, memory = Infinity): Supernet {
  const supernet = built(build, options, path)
  const [needed, limit] = [heldBytes(supernet.graph), Math.min(passBudget(), memory)]
  if (needed <= limit) return supernet
  throw tooLarge(
    `weights, gradients and optimizer take ${gib(needed)} GiB, of ${gib(limit)} GiB that there are`,
    options,
    path,
  )
}

function built(build: () => Supernet, options: unknown, path: string): Supernet {
  try {
    return build()
  } catch (error) {
    throw error instanceof InputError ? tooLarge(error.message, options, path) : error
  }
}

function tooLarge(what: string, options: unknown, path: string): InputError {
  const [most] = numbersIn(options, path).sort((a, b) => b.value - a.value)
  const blamed = most ? `; its largest option is ${most.path}: ${most.value}` : ''
  return new InputError(`${path}: ${what}${blamed}; take less of it`)
}

function numbersIn(value: unknown, path: string): { readonly path: string; readonly value: number }[] {
  if (typeof value === 'number') return [{ path, value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => numbersIn(each, `${path}.${key}`))
}

/**
 * The most values of λ, one for each iteration and layer: this many fit into memory, and compile within
 * seconds.
 */
export const mostLambdas = 10_000_000

/** Throws if the schedule of a search would have too many values of λ. */
export function requireLength(steps: number, layers: number): void {
  const most = Math.floor(mostLambdas / layers)
  if (steps > most)
    throw new InputError(
      `config.search.epochs (or --iterations): ${steps} iterations on ${layers} layers, at most ${most.toLocaleString('en')}; take fewer epochs or larger batches`,
    )
}

const gib = (bytes: number): string => Number((bytes / 2 ** 30).toPrecision(3)).toLocaleString('en')
