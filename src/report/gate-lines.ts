import * as Plot from '@observablehq/plot'
import { formatCount, formatNumber } from './format.js'
import type { GateHistory } from './history.js'
import type { Markup } from './markup.js'
import { withEllipsis, domainOf, endLabels, plotSvg, textWidth } from './plot.js'
import type { Run } from './run.js'
import { iterationAxis, phaseRules } from './timeline.js'

interface Point {
  readonly step: number
  readonly member: string
  readonly weight: number
}

const width = 520
const height = 210

/** The gates of one group over time, one line per member. The line of a removed member ends in a cross. */
export function gateLines(
  run: Run,
  history: GateHistory,
  index: number,
  color: (member: string) => string,
): Markup {
  const lines = history.members.map((member) => memberLine(history, member))
  const points = lines.flat()
  const ends = lines.flatMap((line) => line.slice(-1))
  const left = ends.filter(({ member }) => !history.removed.has(member))
  const crosses = ends.filter(({ member }) => history.removed.has(member))
  const domain = domainOf([...points.map((point) => point.weight)], 0)
  const label = (member: string) => withEllipsis(member.replace('/', ' '), 24)
  const stroke = (point: Point) => color(point.member)
  return plotSvg(`gates-${index}`, `gates of ${history.name} over the iterations of the search`, {
    width,
    height,
    marginLeft: 40,
    marginRight:
      14 +
      textWidth(
        left.map(({ member }) => label(member)),
        24,
      ),
    marginTop: 24,
    marginBottom: 34,
    x: { ...iterationAxis(run.events), ticks: 4 },
    y: { domain, label: 'mixture weight', ticks: 4, grid: true },
    marks: [
      phaseRules(run.events),
      Plot.lineY(points, {
        x: 'step',
        y: 'weight',
        z: 'member',
        stroke,
        strokeWidth: 1.4,
        title: (point: Point) => describe(history, point.member),
      }),
      Plot.dot(crosses, {
        x: 'step',
        y: 'weight',
        stroke,
        symbol: 'times',
        r: 3.2,
        title: (p: Point) => describe(history, p.member),
      }),
      Plot.dot(left, {
        x: 'step',
        y: 'weight',
        fill: stroke,
        r: 2.4,
        title: (p: Point) => describe(history, p.member),
      }),
      endLabels(
        left.map(({ member, weight }) => ({ y: weight, text: label(member), color: color(member) })),
        { domain, height: height - 58 },
      ),
    ],
  })
}

/** The weights of a member. The line of a removed member continues to zero at its removal. */
function memberLine(history: GateHistory, member: string): Point[] {
  const gone = history.removed.get(member)
  const line = history.times.flatMap(({ step, weights }) => {
    const weight = weights[member]
    return weight === undefined || (gone !== undefined && step >= gone) ? [] : [{ step, member, weight }]
  })
  return gone === undefined ? line : [...line, { step: gone, member, weight: 0 }]
}

function describe(history: GateHistory, member: string): string {
  const gone = history.removed.get(member)
  if (gone !== undefined) return `${member}: removed at iteration ${formatCount(gone)}`
  return `${member}: ${formatNumber(history.times.at(-1)?.weights[member])} at the end`
}
