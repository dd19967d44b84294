import { useBackend } from '../backend/index.js'
import { remedyFor } from '../base/checksums.js'
import { InputError, expected } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import { architectureBy, gateRules, type GateRule, type RuleOptions } from '../derive/rules.js'
import { eventsOf } from '../report/history.js'
import { projectToLegal } from '../search/decide/projection.js'
import { freshProgress } from '../search/progress.js'
import { supernetStepper } from '../search/stepper.js'
import { SupernetModel } from '../supernet/model.js'
import type { GateWeights, Architecture } from '../supernet/types.js'
import type { Trial } from '../trial/types.js'
import { lastCheckpoint, lastCheckpointFile } from './checkpoints.js'
import { menuArchitecture } from './menu.js'
import { readEvents } from './read-run.js'
import { readFinishedRun, readRunConfig, requireSameData, requireSearch } from './run-folder.js'
import { setupTrial, type Extensions } from '../setup/setup-trial.js'

/** What `deriveRun` can derive by: what the search itself ended with, or a classic rule. */
export const deriveRules = ['final', ...gateRules, 'perturbation'] as const
export type DeriveRule = (typeof deriveRules)[number]

export interface DeriveRunOptions extends Partial<RuleOptions>, Extensions {
  readonly rule?: DeriveRule
  /** The gates as they were last looked at in so many steps; all by default. */
  readonly step?: number
  /** Of rule `final`: what the search kept at this size of its menu. */
  readonly menu?: number
}

/**
 * The architecture of a run by a rule: `final` of a finished one, any other of an unfinished one too. Rules that read
 * gates alone can go back to any step; `perturbation` measures the network, which only the last checkpoint holds.
 */
export async function deriveRun(
  run: string,
  { rule = 'final', step, threshold = 0.5, menu, ...own }: DeriveRunOptions = {},
): Promise<Architecture> {
  if (!deriveRules.includes(rule))
    throw new InputError(
      `--rule: expected one of ${deriveRules.join(', ')}, got ${rule}${didYouMean(rule, deriveRules)}`,
    )
  if (rule === 'final' || rule === 'perturbation')
    if (step !== undefined)
      throw new InputError(`--step: only for rules ${gateRules.join(', ')}, got rule ${rule}`)
  if (menu !== undefined && rule !== 'final')
    throw new InputError(`--menu: only for rule final, got rule ${rule}`)
  if (menu !== undefined) return menuArchitecture(run, menu)
  if (rule === 'final') return readFinishedRun(run).architecture
  const config = readRunConfig(run)
  requireSearch(run, 'derive from')
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const trial = await setupTrial(config, run, own)
  requireSameData(run, trial.data)
  if (rule === 'perturbation') return byPerturbation(run, trial)
  return architectureBy(rule satisfies GateRule, trial.supernet, gatesOf(run, step), { threshold })
}

/** The gates that a run told last in so many steps, or at all. */
function gatesOf(run: string, most: number | undefined): GateWeights {
  const events = readEvents(run)
  const looks = eventsOf(events, 'gates')
  if (looks.length === 0) throw new InputError(`${run}: no gates yet; the search has just begun`)
  const found = looks.findLast(({ step }) => most === undefined || step <= most)
  if (!found) throw expected('--step', `a step from the first look at ${looks[0]!.step} on`, most)
  return found.weights
}

/** What the projection makes of a run's last checkpoint under the rule `perturbation`. */
function byPerturbation(run: string, trial: Trial): Architecture {
  const checkpoint = lastCheckpoint(run, remedyFor(run, ''))
  if (!checkpoint)
    throw new InputError(
      `${lastCheckpointFile(run)}: no checkpoint; perturbation measures the trained supernet`,
    )
  const { config, supernet, relaxation, random, schedule } = trial
  const model = new SupernetModel(supernet, relaxation, random, config.search.gates.noise)
  const context = {
    ...trial,
    options: config.search,
    schedule: { ...schedule, prune: { ...schedule.prune, rule: 'perturbation' as const } },
    emit: () => undefined,
    save: () => undefined,
  }
  const stepper = supernetStepper(model, trial.data, context)
  try {
    stepper.restore(checkpoint)
    const pruning = { model, data: trial.data, context, stepper, progress: freshProgress(), used: schedule }
    projectToLegal(pruning, checkpoint.step)
    return model.architecture()
  } finally {
    stepper.dispose()
    model.dispose()
  }
}
