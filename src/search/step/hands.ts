import type { Term } from '../../objective/terms/types.js'
import { moveAverage } from '../../nn/moving-average.js'
import { termOf, type Acting, type ActingTerms } from '../../schedule/acting.js'
import type { LambdaRow } from '../../schedule/table.js'
import type { Hands } from '../../train/order.js'
import type { Gradients } from '../../train/shard.js'
import { updateStatistics } from '../../train/statistics.js'
import { stepWeights, type WeightedTerm } from '../../train/update.js'
import { gateTime, travelOf } from '../gates/gate-time.js'
import { gateStepper } from '../gates/step-gates.js'
import { openGroups } from '../modes/moving-parts.js'
import type { SearchContext } from '../state.js'
import type { Iteration } from './iteration.js'
import type { Moved } from './moved.js'
import type { Passes } from './passes.js'

/** Steps the gates of some groups in an iteration; by default those of all open groups. */
export interface GateSteps {
  step(now: Iteration, gradients: Pick<Gradients, 'alphas'>, open?: readonly string[]): void
  dispose(): void
}

/** A step whose gates are stepped: its λ, and the distance of the step. */
interface Moving {
  readonly lambdas: LambdaRow
  /** The number of iterations over which gates move their whole distance. */
  readonly duration: number
}

/** Steps of a model's gates under a schedule. It owns memory; dispose it after use. */
export function gateSteps(
  { model, alphaOptimizer, scale }: Moved,
  context: SearchContext,
  acting: ActingTerms,
): GateSteps {
  const { terms, latency, schedule } = context
  const time = gateTime(schedule)
  let moving: Moving | undefined
  const gates = gateStepper(model, {
    optimizer: alphaOptimizer,
    scale,
    latency,
    rateOf: (group) => travelOf(model, group, context.options.gates.travel) / moving!.duration,
    terms: (layer, groups) =>
      acting.onGates(layer, groups, moving!.lambdas).map(({ term, column, ...how }) => ({
        ...how,
        term: termOf(terms, term),
        lambda: () => moving!.lambdas.columns[column]!,
      })),
  })
  return {
    step({ lambdas, share, span }, { alphas }, open = openGroups(model)) {
      // Gates that wait in some iterations move further in the others, so that the total distance is the same.
      moving = { lambdas, duration: (time * share) / span }
      gates.step(open, alphas, acting.acts(lambdas))
    },
    dispose() {
      gates.dispose()
    },
  }
}

/** What carries out each part of a step's order on a model. */
export function handsOf(
  { model, weightOptimizer, scale, kept, sums }: Moved,
  context: SearchContext,
  { acting, passes, gates }: { acting: ActingTerms; passes: Passes; gates: GateSteps },
): Hands<Iteration> {
  const { terms } = context
  return {
    pass: (pass, now) => passes.pass(pass, now),
    'step-weights': (gradients, { t, lambdas }) => {
      stepWeights(model.weights, gradients, {
        optimizer: weightOptimizer,
        learningRate: passes.rateAt(t),
        clipNorm: context.options.weights.clipNorm,
        terms: (layer, name) => acting.onWeights(layer, name, lambdas).map((each) => weighted(terms, each)),
        acts: acting.acts(lambdas),
        lambdaOf: ({ column }) => lambdas.columns[column]!,
        initial: (name) => model.initial(name),
      })
    },
    'move-statistics': ({ statistics }) => {
      updateStatistics(model.weights, statistics)
    },
    'scale-gates': ({ alphas }, { lambdas }) => {
      scale.observe(alphas, lambdas.task > 0)
    },
    'step-gates': (gradients, now) => {
      gates.step(now, gradients)
    },
    'keep-gradients': ({ alphas }) => {
      kept.keep(alphas, scale)
    },
    'move-average': (_, { t }) => {
      moveAverage(model.judged, model.weights, t)
    },
    'add-losses': ({ losses }) => {
      sums.add(losses)
    },
  }
}

const weighted = (
  terms: readonly Term[],
  { term, ...how }: Acting,
): WeightedTerm & Pick<Acting, 'column'> => ({ ...how, term: termOf(terms, term) })
