import { sha256 } from '../base/hash.js'
import { randomSource } from '../base/random.js'
import { unprunedNetwork } from '../derive/network.js'
import { costOf } from '../nn/cost.js'
import { withoutDeadNodes } from '../nn/transform.js'
import { Diverged } from '../train/diverged.js'
import { taskOutputs, valueOf } from '../train/evaluate.js'
import { calibrated } from './calibrate.js'
import { comparedOf } from './compared.js'
import { decidedBy } from './decide.js'
import type { Retrained, NetworkToRetrain, Baseline } from './figures.js'
import { withNetwork } from './with-network.js'
import { hasKnownTeacher } from './known-teacher.js'
import { measureRows } from './noise.js'
import { retrainStage } from './retrain-stage.js'
import { unexplainedShare } from './share.js'
import { meanOf, type NetworkTeacher } from './teacher.js'
import type { Trial, TrialHooks } from './types.js'

/**
 * Whether the derived network learns from the unpruned supernet. It does not if it is retrained at another
 * size than was searched, or if a teacher from outside is given.
 */
export const isTaught = ({ config, data, retrained }: Trial): boolean =>
  config.retrain.distillation.share !== 0 && retrained === undefined && data.teaching === undefined

/** How many rows without a target a batch of the derived network has for each measured one. */
export function furtherPerRow(trial: Trial): number {
  const { made, unlabelled = 0 } = trial.config.retrain.distillation
  if (hasKnownTeacher(trial)) return trial.data.teaching!.unlabelled ? unlabelled : 0
  if (!isTaught(trial)) return 0
  return (made?.rows ?? 0) + unlabelled
}

/** The teacher of the derived network; undefined if it has none, or if the baseline diverged. */
export function teacherFor(trial: Trial, baseline: Baseline | null | undefined): NetworkTeacher | undefined {
  const { retrained, others = [], figures } = baseline ?? {}
  const share = figures?.teaches
  return isTaught(trial) && retrained && share ? { networks: [retrained, ...others], share } : undefined
}

/** Whether the unpruned supernet is trained as well: as a teacher, for a tolerance, or for comparison. */
export function wantsBaseline(trial: Trial): boolean {
  const { tolerance, against } = trial.schedule.budget ?? {}
  const compared = tolerance !== undefined && against !== 'best'
  return isTaught(trial) || compared || trial.config.retrain.baseline
}

/** A hash of everything that the trained unpruned supernet depends on. */
export function baselineKey({ config, data, supernet, metric }: Trial): string {
  const { seed, backend, relaxedSimd, data: source, split, objective, classes, retrain } = config
  const { graph } = unprunedNetwork(supernet, retrain)
  return sha256(
    JSON.stringify({
      seed,
      backend,
      relaxedSimd,
      source,
      split,
      objective,
      classes,
      retrain: { ...retrain, baseline: true },
      metric,
    }),
    JSON.stringify(graph),
    data.dataset.hash,
  )
}

/** Trains the unpruned supernet in the same way as the derived network, to compare pruning with it. */
export async function trainBaseline(trial: Trial, hooks: TrialHooks): Promise<Baseline> {
  const { graph, constants } = unprunedNetwork(trial.supernet, trial.config.retrain)
  try {
    const first = await retrainStage(trial, hooks, 'baseline', graph, constants)
    return baselineOf(trial, first, await otherTeachers(trial, hooks))
  } catch (error) {
    // A diverged baseline must not end the trial: the finished search is worth more than the comparison.
    if (!(error instanceof Diverged)) throw error
    const cost = costOf(withoutDeadNodes(graph, ['task']))
    return {
      of: baselineKey(trial),
      figures: { ...cost, validation: null, test: null, diverged: error.message },
      measured: null,
      compared: {},
    }
  }
}

/** The seeds of further teachers: far from those with which people repeat a run. */
const seedsApart = 1_000_003

/**
 * Trains the unpruned supernets that teach beside the first one, each with a seed of its own. One that diverges
 * does not teach. Their evaluations are not told.
 */
async function otherTeachers(trial: Trial, hooks: TrialHooks): Promise<Retrained[]> {
  const { teachers = 1 } = trial.config.retrain.distillation
  const trained: Retrained[] = []
  if (!isTaught(trial)) return trained
  const { graph, constants } = unprunedNetwork(trial.supernet, trial.config.retrain)
  for (let teacher = 2; teacher <= teachers; teacher++) {
    hooks.emit({ type: 'teacher', teacher, of: teachers })
    const other = { ...trial, random: randomSource(trial.config.seed + (teacher - 1) * seedsApart) }
    try {
      const quiet = { ...hooks, emit: () => undefined }
      trained.push(await retrainStage(other, quiet, 'baseline', graph, constants))
    } catch (error) {
      if (!(error instanceof Diverged)) throw error
    }
  }
  return trained
}

/**
 * Whether a network to retrain is the unpruned supernet with the same initial values. All retraining uses the
 * same random stream, so that such a network would reach the baseline's figures bit for bit.
 */
export function isUnpruned({ config, supernet }: Trial, { graph, initial }: NetworkToRetrain): boolean {
  const whole = unprunedNetwork(supernet, config.retrain)
  return (
    JSON.stringify(whole.graph) === JSON.stringify(graph) &&
    whole.constants.size === initial.size &&
    [...whole.constants].every(([name, values]) => {
      const others = initial.get(name)
      return others?.length === values.length && values.every((value, i) => Object.is(value, others[i]))
    })
  )
}

/**
 * The figures of the trained unpruned supernet, calibrated and with a decision of its own as the derived network
 * has one. Sizes are compared with it, and learn from it, as training left it.
 */
export function baselineOf(trial: Trial, retrained: Retrained, others: readonly Retrained[] = []): Baseline {
  const { trial: judging, retrained: judged } = decidedBy(trial, calibrated(trial, retrained))
  const measured = withNetwork(judged.graph, judged.values, (network) => measureRows(judging, network))
  return withNetwork(retrained.graph, retrained.values, (network) => {
    const figures = {
      ...costOf(judged.graph),
      validation: judged.validation,
      test: valueOf(measured.test),
      ...(isTaught(trial) && { teaches: shareOf(trial, [retrained, ...others]) }),
    }
    return {
      of: baselineKey(trial),
      figures,
      measured,
      compared: comparedOf(trial, network),
      retrained,
      others,
    }
  })
}

/** The teacher's share of the derived network's loss. */
function shareOf({ config, data }: Trial, teachers: readonly Retrained[]): number {
  const { share } = config.retrain.distillation
  if (share !== 'unexplained') return share
  return unexplainedShare(data, (rows) =>
    meanOf(
      teachers.map(({ graph, values }) =>
        withNetwork(graph, values, (network) => taskOutputs(network, data, rows)),
      ),
    ),
  )
}
