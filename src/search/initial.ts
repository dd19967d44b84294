import { InputError } from '../base/errors.js'
import { sha256 } from '../base/hash.js'
import type { PreparedData } from '../data/types.js'
import type { Term } from '../objective/terms/types.js'
import type { Schedule } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import type { Origin } from './state.js'

/** Hashes of what a search begins with. Call it before the first iteration. */
export function originOf(model: SupernetModel, data: PreparedData): Origin {
  const named = [...model.weights.values(), ...model.alphaValues()]
  const bytes = named.flatMap(([name, v]) => [name, new Uint8Array(v.buffer, v.byteOffset, v.byteLength)])
  return { initial: sha256(...bytes), data: data.dataset.hash }
}

/** Refuses a schedule that replays a search which began elsewhere. */
export function requireOrigin({ initial }: Origin, { replay }: Schedule): void {
  if (!replay || replay.initial === initial) return
  throw new InputError(
    `schedule.replay.initial: expected weights and gates of hash ${replay.initial.slice(0, 12)}… at iteration 0, got ${initial.slice(0, 12)}…; seed, supernet or the version of Sentei differ from the run that was frozen`,
  )
}

/** Does a term that acts at some time read the weights that the search began with? */
export const readsInitial = ({ columns }: Schedule, terms: readonly Term[]): boolean =>
  columns.some(
    ({ part, term, segments }) =>
      part === 'weights' &&
      terms.find(({ name }) => name === term)!.weights!.readsInitial &&
      segments.some(({ value }) => value > 0),
  )
