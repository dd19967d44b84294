import * as tf from '@tensorflow/tfjs-core'
import type { Config } from '../../config/config-schema.js'
import type { ScheduleSource } from '../../schedule/source.js'
import { phaseAt } from '../../schedule/table.js'
import type { CompiledPhase, Schedule } from '../../schedule/types.js'
import type { SupernetModel } from '../../supernet/model.js'
import type { GateWeights } from '../../supernet/types.js'
import type { AlarmState, Pruning } from '../state.js'
import { alarms } from './alarms/index.js'
import type { Watched } from './alarms/types.js'

type Safeguard = Config['search']['alarms']['collapse']['safeguard']

/**
 * Looks for alarms at an evaluation, reports the new ones, and lets their safeguards act while the prune
 * window is open; after it there is nothing left to guard.
 */
export function watch(pruning: Pruning, step: number): void {
  const { context, progress } = pruning
  const state = progress.alarms
  const observed = observe(pruning, step)
  const standing: string[] = []
  let bad = false
  for (const alarm of alarms) {
    const { name } = alarm
    const settings = context.options.alarms[name]
    const { limit, safeguard } = settings
    const after = 'after' in settings ? settings.after : 0
    for (const { layer, message } of alarm.raised(observed, { limit, after })) {
      const key = `${name} ${layer ?? '*'}`
      standing.push(key)
      if (safeguard === 'stop') bad = true
      if (state.raised.includes(key)) continue
      const acts = safeguard !== 'none' && step < context.schedule.prune.until
      context.emit({
        type: 'alarm',
        step,
        alarm: name,
        layer,
        message,
        ...(acts && { safeguard: textOf(safeguard) }),
      })
      if (acts) act(safeguard, { key, layer }, pruning, step)
    }
  }
  state.raised = standing
  state.terms = state.terms.filter(({ alarm }) => standing.includes(alarm))
  if (!bad) state.good = alphasOf(pruning.model)
}

/** The phase as changed by safeguards: gates are held if a safeguard holds them. */
export const guarded = (phase: CompiledPhase, t: number, { heldUntil }: AlarmState): CompiledPhase =>
  t < heldUntil ? { ...phase, gates: 'hold' } : phase

/**
 * A source of λ that includes the terms which safeguards have added: for their term and layer, they replace
 * the schedule's λ. The schedule has a column for each of them that sets nothing by itself.
 */
export function guardedSource(
  source: ScheduleSource,
  schedule: Schedule,
  alarmState: () => AlarmState,
): ScheduleSource {
  const { until } = schedule.prune
  const place = (term: string, layer: string) =>
    schedule.columns.findLastIndex(
      (column) => column.term === term && column.layer === layer && column.part === 'gates',
    )
  return {
    state: () => source.state?.(),
    restore: (state) => source.restore?.(state),
    at(t, observed) {
      const row = source.at(t, observed)
      const acting = alarmState().terms
      if (acting.length === 0 || t >= until) return row
      const columns = row.columns.slice()
      for (const { term, layer, lambda } of acting) columns[place(term, layer)] = lambda
      return { ...row, columns }
    },
  }
}

const textOf = (safeguard: Safeguard): string =>
  typeof safeguard === 'string' ? safeguard : `${safeguard.term} ${safeguard.lambda}`

function act(
  safeguard: Safeguard,
  { key, layer }: { key: string; layer: string | null },
  { model, context, progress }: Pruning,
  step: number,
): void {
  // A replayed schedule already includes these λ.
  if (typeof safeguard === 'object' && !context.schedule.replay) {
    const layers = layer === null ? new Set(model.supernet.groups.map((group) => group.layer)) : [layer]
    for (const each of layers) progress.alarms.terms.push({ ...safeguard, alarm: key, layer: each })
  }
  if (safeguard === 'hold-gates') progress.alarms.heldUntil = phaseAt(context.schedule, step).to
  if (safeguard === 'stop') {
    restoreAlphas(model, progress.alarms.good)
    progress.finished = 'alarm'
  }
}

function observe({ model, context, stepper }: Pruning, step: number): Watched {
  return {
    step,
    schedule: context.schedule,
    origin: model.origin.groups,
    groups: model.supernet.groups,
    weights: model.gateValues(),
    initial: initialWeights(model, context.random, context.options.gates.noise),
    lossGradient: (group) => stepper.lossGradient(group),
  }
}

/**
 * The mixture weights that a search began with. They are drawn again, since they are a function of the seed.
 */
function initialWeights(
  { origin, relaxation }: SupernetModel,
  random: Pruning['context']['random'],
  noise: number,
): GateWeights {
  return Object.fromEntries(
    origin.groups.map((group) => {
      const values = tf.tidy(() =>
        relaxation.weights(tf.tensor1d(relaxation.initial(group, random, noise)), group).dataSync(),
      )
      return [group.name, Object.fromEntries(group.members.map(({ name }, i) => [name, values[i]!]))]
    }),
  )
}

function alphasOf(model: SupernetModel): GateWeights {
  const values = model.alphaValues()
  return Object.fromEntries(
    model.supernet.groups.map(({ name, members }) => [
      name,
      Object.fromEntries(members.map((member, i) => [member.name, values.get(name)![i]!])),
    ]),
  )
}

/** Restores the α of an earlier time for the remaining members. */
function restoreAlphas(model: SupernetModel, alphas: GateWeights | null): void {
  for (const { name, members } of model.supernet.groups) {
    const known = alphas?.[name]
    if (known) model.setAlpha(name, tf.tensor1d(members.map((member) => known[member.name]!)))
  }
}
