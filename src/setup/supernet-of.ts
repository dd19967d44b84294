import { expected, InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import type { Config } from '../config/config-schema.js'
import { validate } from '../config/validator.js'
import { continuedColumns } from '../data/continued.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import { spaces } from '../registry.js'
import { continuing } from '../supernet/continuation.js'
import { restrict } from '../supernet/restrict.js'
import type { AnySpace } from '../supernet/space.js'
import type { Supernet } from '../supernet/types.js'
import { wellBuilt } from '../supernet/well-built.js'
import { sized } from './sizes.js'

/**
 * The path of a search in the configuration; `inherits` says that its restrictions are those of the last
 * search.
 */
export interface StagePlace {
  readonly place?: string
  readonly inherits?: boolean
}

/**
 * Builds the supernet of a configuration for the shape of its data. `memory` is the number of bytes of the
 * machine.
 */
export function buildSupernet(
  { supernet }: Config,
  { dataset }: PreparedData,
  ownSpaces: readonly AnySpace[] = [],
  memory?: number,
  { place = 'config', inherits = false }: StagePlace = {},
): Supernet {
  const path = `${place}.supernet`
  const space = spaceOf(supernet.space, `${path}.space`, ownSpaces)
  checkDefinition(space)
  const options: unknown = validate(space.options, supernet.options, `${path}.options`)
  requireTakes(space, dataset, `${path}.space`, ownSpaces)
  const outputs = outputsOf(dataset.task)
  const { kind } = dataset.encoding
  const columns = continuedColumns(dataset)
  const build = () => {
    const { shape: input } = dataset
    const built = wellBuilt(
      space.name,
      space.build({ options: options as never, input, outputs, kind }),
      input,
      outputs,
    )
    return columns ? continuing(built, columns) : built
  }
  return restrict(
    sized(build, options, `${path}.options`, memory),
    supernet.restrict ?? [],
    `${path}.restrict`,
    inherits,
  )
}

/**
 * The supernet of which the retrained network is a part, if `retrain.options` or an auxiliary classifier make
 * it differ from the searched one. It must have the same gate groups.
 */
export function retrainedSupernet(
  config: Config,
  data: PreparedData,
  searched: Supernet,
  ownSpaces: readonly AnySpace[],
  memory?: number,
): Supernet | undefined {
  const { options = {}, auxiliary, from } = config.retrain
  if (Object.keys(options).length === 0 && auxiliary === 0) return undefined
  const space = spaceOf(config.supernet.space, 'config.supernet.space', ownSpaces)
  if (auxiliary > 0 && !('auxiliary' in (space.options.properties as object)))
    throw new InputError(`config.retrain.auxiliary: ${space.name} has no auxiliary classifier; set it to 0`)
  if (from === 'inherited' && Object.keys(options).length > 0)
    throw new InputError(
      'config.retrain.from: inherited weights fit the searched network only; remove retrain.options, or train from scratch',
    )
  const all = { ...config.supernet.options, ...options, ...(auxiliary > 0 && { auxiliary: true }) }
  const supernet = buildSupernet(
    { ...config, supernet: { ...config.supernet, options: all } },
    data,
    ownSpaces,
    memory,
  )
  const choices = ({ groups }: Supernet) =>
    JSON.stringify(groups.map(({ name, members }) => [name, members.map((member) => member.name)]))
  if (choices(supernet) !== choices(searched))
    throw new InputError(
      'config.retrain.options: the retrained network has other gate groups than the searched one; share α between cells (supernet.options.alpha: shared) to search few cells and retrain many',
    )
  return supernet
}

/** Finds a search space by its name. Throws with a list of all names and a suggestion if there is none. */
export function spaceOf(name: string, path: string, ownSpaces: readonly AnySpace[] = []): AnySpace {
  const all = [...ownSpaces, ...spaces]
  const match = all.find((space) => space.name === name)
  if (match) return match
  // A space that was taught operations stands before that of the registry.
  const names = [...new Set(all.map((space) => space.name))]
  throw new InputError(
    `${path}: unknown space ${name}${didYouMean(name, names)}; spaces: ${names.join(', ')}`,
  )
}

/** Throws if a space does not take data of this number of axes, and lists the spaces that do. */
export function requireTakes(
  { name, ranks }: AnySpace,
  { name: data, shape }: Pick<PreparedData['dataset'], 'name' | 'shape'>,
  path: string,
  ownSpaces: readonly AnySpace[] = [],
): void {
  if (ranks.includes(shape.length)) return
  const fitting = [...ownSpaces, ...spaces].filter((space) => space.ranks.includes(shape.length))
  const names = [...new Set(fitting.map((space) => space.name))].join(', ')
  throw new InputError(
    `${path}: ${name} takes inputs of ${ranks.join(' or ')} ${ranks.join() === '1' ? 'axis' : 'axes'}, ${data} has [${shape.join(', ')}]; ${names === '' ? 'no space takes these' : `spaces that take these: ${names}`}`,
  )
}

/** Throws if a space lacks what is needed before it can build. */
function checkDefinition({ name, ranks, options }: AnySpace): void {
  if (!Array.isArray(ranks))
    throw expected(`space ${name}: ranks`, 'an array of numbers of axes: [1] for tables', ranks)
  if (typeof options !== 'object')
    throw expected(`space ${name}: options`, 'a JSON Schema of its options', options)
}

/**
 * The supernet of a space on a small input, by default with the default options: sufficient if only its
 * layers matter.
 */
export function sampleSupernet(
  name: string,
  given: object = {},
  ownSpaces: readonly AnySpace[] = [],
): Supernet {
  const space = spaceOf(name, '--supernet', ownSpaces)
  const options: unknown = validate(space.options, given, 'options')
  const input = Math.min(...space.ranks) === 3 ? [16, 16, 3] : Array<number>(Math.min(...space.ranks)).fill(8)
  const build = () => wellBuilt(name, space.build({ options: options as never, input, outputs: 2 }), input, 2)
  return sized(build, options, '--options')
}
