import { InputError } from '../base/errors.js'
import { sha256 } from '../base/hash.js'
import type { RandomSource } from '../base/random.js'
import type { PreparedData } from '../data/types.js'
import { parametersOf } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { sizeOf } from '../nn/primitives/types.js'
import type { Term } from '../objective/terms/types.js'
import type { Schedule } from '../schedule/types.js'
import { SupernetModel } from '../supernet/model.js'
import type { Relaxation } from '../supernet/relaxations/types.js'
import type { Supernet } from '../supernet/types.js'
import type { SearchOptions } from '../train/training.js'
import type { Origin } from './state.js'

/** The inputs with which a search begins. */
export interface Beginning {
  readonly supernet: Supernet
  readonly relaxation: Relaxation
  readonly random: RandomSource
  readonly config: { readonly search: SearchOptions }
  /** Weights that replace fresh ones of the same name and size. */
  readonly initial?: ReadonlyMap<string, Float32Array>
}

/** The model of a search before its first iteration. The caller owns it. */
export const beginModel = ({ supernet, relaxation, random, config, initial }: Beginning): SupernetModel =>
  new SupernetModel(
    supernet,
    relaxation,
    random,
    config.search.gates.noise,
    initial && fitting(supernet.graph, initial),
  )

/** Those of the given values that belong to a parameter of the graph and have its size. */
function fitting(graph: Graph, values: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  const sizes = new Map(parametersOf(graph).map(({ name, shape }) => [name, sizeOf(shape)]))
  return new Map([...values].filter(([name, { length }]) => sizes.get(name) === length))
}

/** Hashes of the weights, gates and data with which a search begins. Call it before the first iteration. */
export function originOf(model: SupernetModel, data: PreparedData): Origin {
  const named = [...model.weights.values(), ...model.alphaValues()]
  const bytes = named.flatMap(([name, v]) => [name, new Uint8Array(v.buffer, v.byteOffset, v.byteLength)])
  return { initial: sha256(...bytes), data: data.dataset.hash }
}

/** Refuses a schedule that replays a search with other initial weights or gates. */
export function requireOrigin({ initial }: Origin, { replay }: Schedule): void {
  if (!replay || replay.initial === initial) return
  throw new InputError(
    `schedule.replay.initial: expected weights and gates of hash ${replay.initial.slice(0, 12)}… at iteration 0, got ${initial.slice(0, 12)}…; seed, supernet or the version of Sentei differ from the run that was frozen`,
  )
}

/** Whether a term that acts at some time reads the weights that the search began with. */
export const readsInitial = ({ columns }: Schedule, terms: readonly Term[]): boolean =>
  columns.some(
    ({ part, term, segments }) =>
      part === 'weights' &&
      terms.find(({ name }) => name === term)!.weights!.readsInitial &&
      segments.some(({ value }) => value > 0),
  )
