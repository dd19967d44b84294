import type { Graph } from '../nn/graph.js'
import type { Architecture } from '../supernet/types.js'
import { restrictTo } from '../supernet/prune.js'
import { teacherFor, type Baseline } from './baseline.js'
import { discretise, retrainedAs, type GateValues } from './network.js'
import type { Retrained } from './retrain.js'
import { retrainStage } from './retrain-stage.js'
import type { Trial, TrialHooks } from './types.js'

/** A discrete network, and its initial values as far as they are not drawn afresh. */
export interface NetworkToRetrain {
  readonly graph: Graph
  readonly initial: ReadonlyMap<string, Float32Array>
}

/**
 * Trains an architecture of the trial's space afresh. Of a baseline it learns as `retrain.distillation` says; without one it
 * learns from the targets alone.
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
 * The discrete network of an architecture, as `retrain` wants it, in the searched supernet or in the larger
 * one that it asks for.
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

/** The gates' final mixture weights, as the architecture holds them. */
function gatesOf({ groups }: Architecture): GateValues {
  return Object.fromEntries(
    groups.map(({ name, kept }) => [
      name,
      Object.fromEntries(kept.map(({ member, gate }) => [member, gate])),
    ]),
  )
}
