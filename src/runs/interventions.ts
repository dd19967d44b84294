import { expected, InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import type { Config } from '../config/config-schema.js'
import type { Intervention } from '../config/intervention-schema.js'
import { changeable, isChangeable, settingAt, whyNot, withInterventions } from '../config/interventions.js'
import { resolveConfig } from '../config/load-config.js'
import { parseSetting, type Setting } from '../config/settings.js'
import type { Schedule } from '../schedule/types.js'
import { leversOf } from '../search/steering.js'

/**
 * A run that will continue with other settings: its configuration, its earlier changes and its current step.
 */
export interface Standing {
  readonly config: Config
  readonly interventions: readonly Intervention[]
  readonly step: number
  /** The reason why it failed, if it did. */
  readonly why?: string | undefined
  /** Who changes it; by default whoever resumes it. */
  readonly by?: string | undefined
}

/** Converts settings `path=value` into interventions. Throws for settings that may no longer change. */
export function changesBy(set: readonly string[], run: Standing): Intervention[] {
  const { interventions, step, why, by = 'resume' } = run
  const base = { stage: 'search' as const, step, by, why }
  const settings = set.map(parseSetting)
  for (const setting of settings) refuseFixed(setting)
  const changes = settings.map(({ path, value }) => ({
    ...base,
    what: path.join('.'),
    from: null,
    to: value,
  }))
  const before = withInterventions(run.config, interventions)
  const after = resolveConfig(withInterventions(before, changes))
  return settings.map(({ path, value }, i) => {
    const what = path.join('.')
    if (path[0] !== 'lambda')
      return { ...base, what, from: settingAt(before, path), to: settingAt(after, path) }
    const last = [...interventions, ...changes.slice(0, i)].findLast((each) => each.what === what)
    return { ...base, what, from: last?.to ?? null, to: value ?? null }
  })
}

function refuseFixed({ path, value, text }: Setting): void {
  const what = path.join('.')
  if (path[0] === 'lambda') {
    if (value === null || (typeof value === 'number' && value >= 0)) return
    throw expected(text, 'a number ≥ 0, or null for what the schedule says', value)
  }
  if (!isChangeable(what))
    throw new InputError(
      `${text}: it cannot change while the run goes on, because ${whyNot(what)}; what can: ${changeable.join(', ')}, lambda.LAYER.TERM; or start a new run`,
    )
  if (path.at(-1) === 'safeguard' && typeof value === 'object')
    throw new InputError(
      `${text}: the run has no column for another term; expected none, hold-gates or stop, or set lambda.LAYER.TERM`,
    )
}

/** Throws if a change sets a λ for which the schedule has no column, or if the schedule is a replay. */
export function checkLevers(changes: readonly Intervention[], schedule: Schedule): void {
  const levers = leversOf(schedule)
  for (const { what } of changes) {
    if (!what.startsWith('lambda.')) continue
    if (schedule.replay)
      throw new InputError(
        `--set ${what}: the schedule replays a run; remove "replay" from it and start a new run`,
      )
    if (levers.includes(what)) continue
    throw new InputError(
      `--set ${what}: the schedule has no such column${didYouMean(what, levers)}; it has: ${levers.join(', ') || 'none'}`,
    )
  }
}
