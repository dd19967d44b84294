import * as Plot from '@observablehq/plot'
import { figure, grid } from '../../report/figure.js'
import { formatCount, formatNumber } from '../../report/format.js'
import type { Markup } from '../../report/markup.js'
import { withEllipsis, plotSvg, textWidth } from '../../report/plot.js'
import { ablationTable, setName } from '../result-tables.js'
import type { ComparisonSummary, MethodSummary } from '../summary.js'
import { tableMarkup, type PageSection } from './parts.js'

/** What a schedule is without each of its parts; null if that was not asked for. */
export function ablationSection({ ablation }: ComparisonSummary): PageSection | null {
  if (!ablation) return null
  const { method, sets } = ablation
  return {
    id: 'ablation',
    title: 'what the schedule bought',
    hint: `Each row lacks a part of the schedule of ${method}: a term, a phase, or how λ differs over iterations (t) and layers (k). Above 0, the error is larger without the part, so that it was worth having. Lines are 95 % intervals.`,
    content: [
      grid(
        sets.map(({ methods, ...set }, i) =>
          figure(setName(set), chart(`ablation-${i}`, setName(set), method, methods)),
        ),
      ),
      ...sets.map((set) => tableMarkup(setName(set), ablationTable(set))),
    ],
  }
}

function chart(id: string, set: string, method: string, methods: readonly MethodSummary[]): Markup {
  const points = methods.flatMap(({ method: full, difference, parameters }) =>
    difference
      ? [
          {
            name: full.slice(method.length + 1),
            mean: difference.mean,
            low: difference.t?.interval[0] ?? difference.mean,
            high: difference.t?.interval[1] ?? difference.mean,
            parameters: parameters?.mean,
          },
        ]
      : [],
  )
  const names = points.map(({ name }) => name)
  return plotSvg(id, `differences of error without parts of the schedule on ${set}`, {
    width: 520,
    height: 60 + 24 * Math.max(1, names.length),
    marginLeft: 12 + textWidth(names),
    marginRight: 20,
    x: { label: 'difference of error', grid: true, nice: true, ticks: 5, tickFormat: formatNumber },
    y: { label: null, domain: names, tickFormat: (each: string) => withEllipsis(each), tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--rule)' }),
      Plot.link(points, { x1: 'low', x2: 'high', y1: 'name', y2: 'name', stroke: 'var(--series-0)' }),
      Plot.dot(points, {
        x: 'mean',
        y: 'name',
        r: 4,
        fill: 'var(--series-0)',
        title: (each: (typeof points)[number]) =>
          `${each.name}: ${formatNumber(each.mean)}, ${formatCount(each.parameters)} parameters`,
      }),
    ],
  })
}
