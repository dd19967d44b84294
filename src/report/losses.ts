import type { Stage } from '../events/types.js'
import type { EventOf } from '../events/types.js'
import { evaluationChart, type EvaluationPoint } from './evaluation-chart.js'
import { empty, figure, grid, section } from './figure.js'
import { formatCount, formatPercent, isNumber } from './format.js'
import { evaluationsOf, eventsOf, startOf, thin } from './history.js'
import { html, type Markup } from './markup.js'
import type { Run } from './run.js'

/** The stages in the order in which they run, with their names on the page. */
export const stages: readonly (readonly [Stage, string])[] = [
  ['search', 'search'],
  ['baseline', 'baseline (unpruned)'],
  ['retrain', 'retrain (derived)'],
]

/** Losses and the validation metric of every stage. */
export function lossSection(run: Run): Markup {
  const present = stages.filter(([stage]) => evaluationsOf(run.events, stage).length > 0)
  const metric = startOf(run.events)?.metric ?? 'metric'
  const figures = present.flatMap(([stage, title]) => {
    const all = evaluationsOf(run.events, stage)
    const evaluations = thin(all, 200)
    const losses = (['total', 'task', 'reconstruction'] as const).flatMap((series) =>
      evaluations.map(({ step, loss }): EvaluationPoint => ({ step, series, value: loss[series] })),
    )
    const validation = evaluations.map((e): EvaluationPoint => ({
      step: e.step,
      series: metric,
      value: e.validation,
    }))
    return [
      figure(
        html`<b>${title}</b> · training loss${stage === 'retrain' ? taught(run) : ''}`,
        evaluationChart(`loss-${stage}`, 'loss', losses),
        broken(all),
      ),
      figure(
        html`<b>${title}</b> · ${metric} on validation`,
        evaluationChart(`metric-${stage}`, metric, validation, { firstColor: 3 }),
        ending(run, stage),
      ),
    ]
  })
  return section(
    'losses',
    'Loss and validation metric',
    'Whether training went well: the loss should fall and level off, and the validation metric should not get worse again at the end.',
    figures.length === 0 ? empty('no evaluation yet') : grid(figures),
  )
}

/**
 * A note that the loss of the retrained network includes distillation, so that it is not comparable with
 * those of the other stages.
 */
function taught({ config, events, metrics }: Run): string {
  const { distillation, options = {}, auxiliary = 0 } = config.retrain ?? {}
  const { teaches } = metrics?.baseline ?? {}
  // Older runs have no `teaches`, but a number in their configuration.
  const share = teaches ?? (typeof distillation?.share === 'number' ? distillation.share : 0)
  const isAnother = Object.keys(options).length > 0 || auxiliary > 0
  const isTeacher = evaluationsOf(events, 'baseline').length > 0 && metrics?.baseline?.diverged === undefined
  if (share === 0 || isAnother || !isTeacher) return ''
  return `, ${formatPercent(share)} of which compares it with the unpruned supernet`
}

function broken(evaluations: readonly EventOf<'evaluation'>[]): string | undefined {
  const bad = evaluations.filter((event) => !isNumber(event.loss.total))
  if (bad.length === 0) return undefined
  return `the loss was not finite in ${bad.length} of ${evaluations.length} evaluations, first at step ${bad[0]!.step}`
}

function ending(run: Run, stage: Stage): string | undefined {
  const done = eventsOf(run.events, 'done').findLast((event) => event.stage === stage)
  if (!done) return 'not finished'
  if (done.reason === 'finished') return undefined
  const how =
    done.reason === 'early-stop' ? 'stopped early' : done.reason === 'time' ? 'out of time' : 'interrupted'
  return `${how} at iteration ${formatCount(done.step)}`
}
