import { anotherCheckpoint } from '../../base/errors.js'
import type { SupernetModel } from '../../supernet/model.js'
import { optimizer, type Optimizer } from '../../train/optimizer.js'
import { runningSums, type RunningSums } from '../../train/running-sums.js'
import { gateScale, type GateScale } from '../gates/gate-scale.js'
import { keptGradients, type KeptGradients } from '../gates/kept-gradients.js'
import { prefixed, withPrefix } from '../../train/named-arrays.js'
import type { Checkpoint, SearchContext } from '../state.js'

/** Everything that steps move, which a checkpoint holds. It owns all but the model; dispose it after use. */
export interface Moved {
  readonly model: SupernetModel
  readonly weightOptimizer: Optimizer
  readonly alphaOptimizer: Optimizer
  /** The unit of gradients on gates. */
  readonly scale: GateScale
  /** The last gradients on gates. */
  readonly kept: KeptGradients
  readonly sums: RunningSums
  /** Sets the temperature of the relaxation at an iteration. */
  warm(t: number): void
  /** Keeps only the given members of a group: the model is pruned, and the rest follows. */
  prune(group: string, members: readonly string[]): void
  checkpoint(): Pick<Checkpoint, 'members' | 'totals' | 'arrays'>
  /** Throws an InputError for a checkpoint of another search. */
  restore(checkpoint: Checkpoint): void
  dispose(): void
}

/** What steps of a model move, before the first one. */
export function moved(model: SupernetModel, context: SearchContext): Moved {
  const weightOptimizer = optimizer(context.options.weights)
  const alphaOptimizer = optimizer({ optimizer: 'adam', momentum: 0, beta2: 0.999 })
  const sums = runningSums()
  const kept = keptGradients()
  const scale = gateScale(model.origin)
  const warm = (t: number): void => {
    model.temperature = model.relaxation.temperatureAt?.(t) ?? 1
  }
  return {
    model,
    weightOptimizer,
    alphaOptimizer,
    scale,
    kept,
    sums,
    warm,
    prune(group, members) {
      const cut = model.prune(group, members)
      const standing = new Set(model.supernet.groups.map(({ name }) => name))
      kept.follow(standing, cut.alphas)
      scale.follow(standing, cut.alphas)
      weightOptimizer.follow(new Set(model.weights.specs.map(({ name }) => name)), cut.weights)
      alphaOptimizer.follow(standing, cut.alphas)
    },
    checkpoint: () => ({
      members: Object.fromEntries(model.supernet.groups.map((g) => [g.name, g.members.map((m) => m.name)])),
      totals: model.totals(),
      arrays: new Map([
        ...prefixed('w/', model.weights.values()),
        ...(model.judged === model.weights ? [] : prefixed('m/', model.judged.values())),
        ...prefixed('a/', model.alphaValues()),
        ...prefixed('s/', weightOptimizer.values()),
        ...prefixed('t/', alphaOptimizer.values()),
        ...prefixed('g/', scale.values()),
        ...prefixed('k/', kept.values()),
      ]),
    }),
    restore({ identity, members, totals, arrays, progress, step }) {
      if (identity !== context.identity) throw anotherCheckpoint()
      model.restore(members, withPrefix(arrays, 'w/'), withPrefix(arrays, 'a/'), totals)
      // The checkpoint of a finished search has no average.
      const average = withPrefix(arrays, 'm/')
      if (average.size > 0) model.keepAverage(average)
      else model.dropAverage()
      weightOptimizer.restore(withPrefix(arrays, 's/'), (name) => model.weights.get(name).shape)
      sums.restore(progress)
      kept.restore(withPrefix(arrays, 'k/'))
      // Before the next step, gates are read at the temperature of the last step, as in a search that never
      // stopped.
      warm(Math.max(0, step - 1))
      alphaOptimizer.restore(withPrefix(arrays, 't/'), (name) => model.alpha(name).shape)
      scale.restore(withPrefix(arrays, 'g/'))
    },
    dispose() {
      kept.dispose()
      weightOptimizer.dispose()
      alphaOptimizer.dispose()
      scale.dispose()
      sums.dispose()
    },
  }
}
