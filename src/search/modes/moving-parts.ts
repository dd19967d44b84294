import type { CompiledPhase } from '../../schedule/types.js'
import type { SupernetModel } from '../../supernet/model.js'

/** The weights of the layers that the phase trains. */
export const trainedWeights = (model: SupernetModel, { train }: CompiledPhase): string[] =>
  model.weights.specs
    .filter(({ role, layer }) => role === 'weight' && train.has(layer))
    .map(({ name }) => name)

/** The groups of a layer, or of all layers, that still have a choice to make. */
export const openGroups = (model: SupernetModel, of?: string): string[] =>
  model.supernet.groups
    .filter(({ members, keep, layer }) => members.length > keep.min && (of === undefined || layer === of))
    .map(({ name }) => name)
