import type { EventOf } from '../events/types.js'
import { evaluationChart, type EvaluationPoint } from './evaluation-chart.js'
import { figure, grid, section } from './figure.js'
import { formatSi } from './format.js'
import { evaluationsOf, thin } from './history.js'
import { stages } from './losses.js'
import { html, type Markup } from './markup.js'
import type { Run } from './run.js'

/** The time of a training step and the size of the network, over the steps of every stage. */
export function runCostSection(run: Run): Markup {
  const series = (value: (event: EventOf<'evaluation'>) => number): EvaluationPoint[] =>
    stages.flatMap(([stage]) =>
      thin(evaluationsOf(run.events, stage), 200).map((e) => ({
        step: e.step,
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
        evaluationChart(
          'step-time',
          'ms',
          series((event) => event.stepMs),
          { floor: 0 },
        ),
      ),
      figure(
        html`<b>parameters</b>`,
        evaluationChart(
          'parameters',
          'parameters',
          series((event) => event.parameters),
          { floor: 0, tickFormat: formatSi },
        ),
      ),
    ]),
  )
}
