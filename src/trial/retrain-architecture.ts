import { discretise, retrainedAs, type GateValues } from '../derive/network.js'
import { restrictTo } from '../supernet/prune.js'
import type { Architecture } from '../supernet/types.js'
import { teacherFor } from './baseline.js'
import type { Baseline, NetworkToRetrain, Retrained } from './figures.js'
import { retrainStage } from './retrain-stage.js'
import type { Trial, TrialHooks } from './types.js'

/**
 * Trains an architecture of the trial's space from new initial values. With a baseline it learns from that as
 * `retrain.distillation` says; without one it learns from the targets alone.
 */
export function retrainArchitecture(
  trial: Trial,
  hooks: TrialHooks,
  architecture: Architecture,
  baseline: Baseline | null = null,
): Promise<Retrained> {
  const { graph, initial } = networkToRetrain(trial, architecture)
  return retrainStage(trial, hooks, 'retrain', graph, initial, teacherFor(trial, baseline))
}

/**
 * The discrete network of an architecture with the settings of `retrain`, taken from the searched supernet or
 * from the larger one for which `retrain` asks.
 */
export function networkToRetrain(
  { config, supernet, retrained }: Pick<Trial, 'config' | 'supernet' | 'retrained'>,
  architecture: Architecture,
  inherited: ReadonlyMap<string, Float32Array> = new Map(),
): NetworkToRetrain {
  const { supernet: chosen } = restrictTo(retrained ?? supernet, architecture)
  const { graph, constants } = discretise(chosen, gatesOf(architecture), retrainedAs(config.retrain))
  return { graph, initial: new Map([...inherited, ...constants]) }
}

/** The final mixture weights of an architecture's gates. */
function gatesOf({ groups }: Architecture): GateValues {
  return Object.fromEntries(
    groups.map(({ name, kept }) => [
      name,
      Object.fromEntries(kept.map(({ member, gate }) => [member, gate])),
    ]),
  )
}
