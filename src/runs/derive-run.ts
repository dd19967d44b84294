import { useBackend } from '../backend/index.js'
import { remedyFor } from '../base/checksums.js'
import { InputError, expected } from '../base/errors.js'
import { randomSource } from '../base/random.js'
import { didYouMean } from '../base/suggest.js'
import { architectureBy } from '../derive/by-rule.js'
import { eventsOf } from '../report/history.js'
import { projectToLegal } from '../search/decide/projection.js'
import { rules } from '../search/decide/rules/index.js'
import type { Rule } from '../search/decide/rules/types.js'
import { beginModel } from '../search/initial.js'
import { freshProgress } from '../search/progress.js'
import { supernetStepper } from '../search/stepper.js'
import { checkOwnParts } from '../setup/own-parts.js'
import { requirePlugins } from '../setup/plugins/needs.js'
import { setupTrial, type Extensions } from '../setup/setup-trial.js'
import type { GateWeights, Architecture } from '../supernet/types.js'
import type { Trial } from '../trial/types.js'
import { lastCheckpoint, lastCheckpointFile } from './checkpoints.js'
import { lastSearch } from './last-search.js'
import { menuArchitecture } from './menu.js'
import { readEvents } from './read-run.js'
import { readFinishedRun, readRunConfig, requireSameData, requireSearch } from './run-folder.js'

/**
 * The values of `rule` for `deriveRun`: `final` for the architecture with which the search ended, or a
 * classic rule.
 */
export const deriveRules: readonly string[] = ['final', ...rules.map(({ name }) => name)]

export interface DeriveRunOptions extends Extensions {
  /** One of `deriveRules`, or a rule of your own. */
  readonly rule?: string | Rule
  /**
   * For the rule `threshold`: the share of its group's mean weight that a member must have; 0.5 by default.
   */
  readonly threshold?: number
  /** For the rule `sampling`: another seed draws other members; the run's seed by default. */
  readonly seed?: number
  /** Uses the gates that were last logged at or before this step; by default the last ones of the run. */
  readonly step?: number
  /** For the rule `final`: the architecture that the search kept at this size of its menu. */
  readonly menu?: number
}

/**
 * Derives the architecture of a run by a rule. `final` needs a finished run; other rules also accept an
 * unfinished one. Rules that only read gates can go back to any step; `perturbation` measures the network,
 * which only the last checkpoint holds.
 */
export async function deriveRun(
  run: string,
  { rule = 'final', step, threshold = 0.5, seed, menu, ...extensions }: DeriveRunOptions = {},
): Promise<Architecture> {
  if (typeof rule !== 'string') checkOwnParts({ rules: [rule] })
  const name = typeof rule === 'string' ? rule : rule.name
  const known = [...(extensions.rules ?? []), ...rules]
  const chosenRule = typeof rule === 'string' ? known.find((each) => each.name === rule) : rule
  if (!chosenRule && name !== 'final') {
    const names = [...deriveRules, ...(extensions.rules ?? []).map((each) => each.name)]
    throw new InputError(`--rule: expected one of ${names.join(', ')}, got ${name}${didYouMean(name, names)}`)
  }
  if (step !== undefined && (!chosenRule || chosenRule.measures)) {
    const able = rules.filter(({ measures }) => !measures).map((each) => each.name)
    throw new InputError(`--step: only for rules ${able.join(', ')}, got rule ${name}`)
  }
  if (menu !== undefined && chosenRule) throw new InputError(`--menu: only for rule final, got rule ${name}`)
  if (menu !== undefined) return menuArchitecture(run, menu)
  if (!chosenRule) return readFinishedRun(run).architecture
  const config = readRunConfig(run)
  requireSearch(run, 'derive from')
  requirePlugins(run, config.plugins, extensions.plugins)
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const begun = await setupTrial(config, run, extensions)
  requireSameData(run, begun.data)
  const trial = lastSearch(run, begun)
  if (chosenRule.measures) return byMeasuring(run, trial, chosenRule)
  const random = seed === undefined ? trial.random : randomSource(seed)
  return architectureBy(chosenRule, trial.supernet, gatesOf(run, step), { threshold, random })
}

/** The gate weights that the run logged last, at or before step `most` if that is given. */
function gatesOf(run: string, most: number | undefined): GateWeights {
  const events = readEvents(run)
  const looks = eventsOf(events, 'gates')
  if (looks.length === 0) throw new InputError(`${run}: no gates yet; the search has just begun`)
  const look = looks.findLast(({ step }) => most === undefined || step <= most)
  if (!look) throw expected('--step', `a step from the first look at ${looks[0]!.step} on`, most)
  return look.weights
}

/** Projects the supernet of a run's last checkpoint to a legal architecture by a rule that measures. */
function byMeasuring(run: string, trial: Trial, rule: Rule): Architecture {
  const checkpoint = lastCheckpoint(run, remedyFor(run, ''))
  if (!checkpoint)
    throw new InputError(
      `${lastCheckpointFile(run)}: no checkpoint; ${rule.name} measures the trained supernet`,
    )
  const { config, schedule } = trial
  const model = beginModel(trial)
  const context = {
    ...trial,
    options: config.search,
    schedule: { ...schedule, prune: { ...schedule.prune, rule: rule.name } },
    rules: [rule],
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
