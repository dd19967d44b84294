import type { Intervention } from '../config/intervention-schema.js'
import { withInterventions } from '../config/interventions.js'
import type { PreparedData } from '../data/types.js'
import { costOf } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { isBetter } from '../objective/metrics.js'
import { freshCourse, type Course, type Divergence } from '../train/course.js'
import { allFinite, judgeTraining } from '../train/diverged.js'
import { evaluate } from '../train/evaluate.js'
import { rolledBack } from '../train/roll-back.js'
import type { Summed } from '../train/running-sums.js'
import type { Retrained } from './figures.js'
import type { RetrainArrays, RetrainContext, RetrainParts } from './retrain-parts.js'

/** The best evaluation so far: its weights, its metric, and after how many steps. */
type Best = Pick<Retrained, 'values' | 'validation' | 'bestStep'>

/** The state of a training, in memory, to which it returns if it diverges. */
interface Good extends RetrainArrays {
  /** The number of steps done. */
  readonly step: number
  readonly best: Best
  readonly losses: Retrained['losses']
  readonly course: Course
}

/** How far a retraining has come. */
export interface RetrainProgress {
  /** The settings, as roll-backs have changed them. */
  readonly context: RetrainContext
  readonly best: Best
  readonly losses: Retrained['losses']
  /** Why the training ends before its last step, if it does. */
  readonly ended: 'early-stop' | 'time' | undefined
  /** Judges and reports an evaluation after `step` steps. Returns the divergence, if there is one. */
  look(step: number): Divergence | undefined
  /**
   * Returns to the last good evaluation with another learning rate. The result is the number of steps done by
   * then. Throws if lower rates did not help.
   */
  goBack(divergence: Divergence): number
}

/** The progress of a retraining that has just begun. `kept` is the graph whose size is reported. */
export function retrainProgress(
  parts: RetrainParts,
  data: PreparedData,
  given: RetrainContext,
  kept: Graph,
): RetrainProgress {
  const { stage, metric, recipe = {} } = given
  const { steps, earlyStop, keep } = given.options
  const { judged, sums } = parts
  const { parameters } = costOf(kept)
  const interventions: Intervention[] = []
  const summed: Summed = { lossSums: { task: 0, reconstruction: 0, count: 0 }, course: freshCourse() }
  let context = given
  let best: Best = { values: judged.weights.values(), validation: null, bestStep: 0 }
  let losses: Retrained['losses'] = []
  let ended: RetrainProgress['ended']
  const stateAt = (step: number): Good => ({
    ...parts.arrays(),
    ...{ step, best, losses, course: structuredClone(summed.course) },
  })
  let good = stateAt(0)

  const isBest = (validation: number | null): boolean =>
    keep === 'last' ||
    validation === null ||
    isBetter(metric, validation, best.validation, earlyStop?.minDelta) ||
    (recipe.ties === 'last' && validation === best.validation)

  return {
    get context() {
      return context
    },
    get best() {
      return best
    },
    get losses() {
      return losses
    },
    get ended() {
      return ended
    },
    look(step) {
      const { losses: means, stepMs } = sums.drain(summed)
      const validation = Number.isFinite(means.total)
        ? evaluate(judged, data, data.splits.validation, metric)
        : null
      const verdict = judgeTraining(
        { course: summed.course, network: judged, data, metric },
        means,
        validation,
      )
      if ('why' in verdict) return { step, why: verdict.why }
      losses = [...losses, { step, loss: means.total }]
      const now = stateAt(step)
      if (![...now.values.values(), ...now.slots.values()].every(allFinite))
        return { step, why: 'a weight is not finite' }
      const loss = { total: means.total, task: means.total, reconstruction: null }
      const figures = { loss, validation, parameters, sparsity: {}, entropy: {}, stepMs }
      context.emit({ type: 'evaluation', stage, step, ...figures })
      if (isBest(validation)) best = { values: judged.weights.values(), validation, bestStep: step }
      if (verdict.calm) good = { ...now, best }
      if (earlyStop !== undefined && step - best.bestStep >= earlyStop.steps) ended = 'early-stop'
      else if (step < steps && given.isOver?.(step)) ended = 'time'
      return undefined
    },
    goBack(divergence) {
      ended = undefined
      const fallen = { stage, options: context.options, interventions, step: good.step }
      const { interventions: changes, failure } = rolledBack(fallen, divergence)
      for (const change of changes) context.emit({ type: 'intervention', ...change })
      if (failure) throw failure
      interventions.push(...changes)
      context = { ...given, options: withInterventions(given.options, interventions, ['retrain']) }
      parts.restore(good)
      best = good.best
      losses = good.losses
      summed.lossSums = { task: 0, reconstruction: 0, count: 0 }
      summed.course = structuredClone(good.course)
      sums.restore(summed)
      return good.step
    },
  }
}
