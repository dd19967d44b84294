import type { Architecture } from '../supernet/types.js'
import { restrictTo } from '../supernet/prune.js'
import { discretise, type GateValues } from './network.js'
import type { Retrained } from './retrain.js'
import { retrainStage } from './trial.js'
import type { Trial, TrialHooks } from './types.js'

/**
 * Trains an architecture that an earlier search found on the trial's space; `inherited` holds the searched
 * supernet's weights, for `retrain.from: inherited`.
 */
export function retrainArchitecture(
  trial: Trial,
  hooks: TrialHooks,
  architecture: Architecture,
  inherited: ReadonlyMap<string, Float32Array> = new Map(),
): Promise<Retrained> {
  const { supernet } = restrictTo(trial.supernet, architecture)
  const options = { gates: trial.config.retrain.gates, affine: true }
  const { graph, constants } = discretise(supernet, gatesOf(architecture), options)
  return retrainStage(trial, hooks, 'retrain', graph, new Map([...inherited, ...constants]))
}

/** The gates' final mixture weights, as the architecture holds them. */
function gatesOf({ groups }: Architecture): GateValues {
  return Object.fromEntries(
    groups.map(({ name, kept }) => [
      name,
      Object.fromEntries(kept.map(({ member, gate }) => [member, gate])),
    ]),
  )
}
