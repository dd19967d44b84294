import { epochChart, type EpochPoint } from './epoch-chart.js'
import { figure, grid, section } from './figure.js'
import { formatSi } from './format.js'
import { epochsOf, thin, type EventOf } from './history.js'
import { html, type Markup } from './markup.js'
import { stages } from './losses.js'
import type { Run } from './read-run.js'

/** What a training step cost, and how large the network was, over the epochs of every stage. */
export function costSection(run: Run): Markup {
  const series = (value: (event: EventOf<'epoch'>) => number): EpochPoint[] =>
    stages.flatMap(([stage]) =>
      thin(epochsOf(run.events, stage), 200).map((e) => ({
        epoch: e.epoch + 1,
        series: stage,
        value: value(e),
      })),
    )
  return section(
    'cost',
    'Step time and parameters',
    'Removed operations take their parameters and their computing time with them, so both lines of the search should fall as it goes on.',
    grid([
      figure(
        html`<b>milliseconds a step</b>`,
        epochChart(
          'step-time',
          'ms',
          series((event) => event.stepMs),
          { floor: 0 },
        ),
      ),
      figure(
        html`<b>parameters</b>`,
        epochChart(
          'parameters',
          'parameters',
          series((event) => event.parameters),
          { floor: 0, tickFormat: formatSi },
        ),
      ),
    ]),
  )
}
