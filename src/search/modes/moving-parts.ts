import type { CompiledPhase } from '../../schedule/types.js'
import type { SupernetModel } from '../../supernet/model.js'
import type { Supernet } from '../../supernet/types.js'

const trained = new WeakMap<SupernetModel['weights']['specs'], WeakMap<CompiledPhase, string[]>>()

/** The weights of the layers that the phase trains; the same array until the network changes. */
export function trainedWeights(
  { weights: { specs } }: SupernetModel,
  phase: CompiledPhase,
): readonly string[] {
  const byPhase = trained.get(specs) ?? new WeakMap<CompiledPhase, string[]>()
  trained.set(specs, byPhase)
  const weightNames =
    byPhase.get(phase) ??
    specs.filter(({ role, layer }) => role === 'weight' && phase.train.has(layer)).map(({ name }) => name)
  byPhase.set(phase, weightNames)
  return weightNames
}

const known = new WeakMap<Supernet, Map<string | undefined, string[]>>()

/**
 * The groups of a layer, or of all layers, that still have a choice to make; the same array until the
 * supernet changes.
 */
export function openGroups({ supernet }: SupernetModel, of?: string): readonly string[] {
  const byLayer = known.get(supernet) ?? new Map<string | undefined, string[]>()
  known.set(supernet, byLayer)
  const groupNames =
    byLayer.get(of) ??
    supernet.groups
      .filter(({ members, keep, layer }) => members.length > keep.min && (of === undefined || layer === of))
      .map(({ name }) => name)
  byLayer.set(of, groupNames)
  return groupNames
}
