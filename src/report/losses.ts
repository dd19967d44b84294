import type { Stage } from '../search/events.js'
import { epochChart, type EpochPoint } from './epoch-chart.js'
import { empty, figure, grid, section } from './figure.js'
import { formatCount, isNumber } from './format.js'
import { epochsOf, eventsOf, startOf, thin, type EventOf } from './history.js'
import { html, type Markup } from './markup.js'
import type { Run } from './read-run.js'

/** The stages in the order in which they run, with what the page calls them. */
export const stages: readonly (readonly [Stage, string])[] = [
  ['search', 'search'],
  ['baseline', 'baseline (unpruned)'],
  ['retrain', 'retrain (derived)'],
]

/** Losses and the validation metric of every stage. */
export function lossSection(run: Run): Markup {
  const present = stages.filter(([stage]) => epochsOf(run.events, stage).length > 0)
  const metric = startOf(run.events)?.metric ?? 'metric'
  const figures = present.flatMap(([stage, title]) => {
    const all = epochsOf(run.events, stage)
    const epochs = thin(all, 200)
    const losses = (['total', 'task', 'reconstruction'] as const).flatMap((series) =>
      epochs.map(({ epoch, loss }): EpochPoint => ({ epoch: epoch + 1, series, value: loss[series] })),
    )
    const validation = epochs.map((e): EpochPoint => ({
      epoch: e.epoch + 1,
      series: metric,
      value: e.validation,
    }))
    return [
      figure(html`<b>${title}</b> · training loss`, epochChart(`loss-${stage}`, 'loss', losses), broken(all)),
      figure(
        html`<b>${title}</b> · ${metric} on validation`,
        epochChart(`metric-${stage}`, metric, validation, { firstColor: 3 }),
        ending(run, stage),
      ),
    ]
  })
  return section(
    'losses',
    'Loss and validation metric',
    'Whether training went well: the loss should fall and level off, and the validation metric should not get worse again at the end.',
    figures.length === 0 ? empty('no epoch finished yet') : grid(figures),
  )
}

function broken(epochs: readonly EventOf<'epoch'>[]): string | undefined {
  const bad = epochs.filter((event) => !isNumber(event.loss.total))
  if (bad.length === 0) return undefined
  return `the loss was not finite in ${bad.length} of ${epochs.length} epochs, first in epoch ${bad[0]!.epoch + 1}`
}

function ending(run: Run, stage: Stage): string | undefined {
  const done = eventsOf(run.events, 'done').findLast((event) => event.stage === stage)
  if (!done) return 'not finished'
  if (done.reason === 'finished') return undefined
  const how = done.reason === 'early-stop' ? 'stopped early' : 'interrupted'
  return `${how} at iteration ${formatCount(done.step)}`
}
