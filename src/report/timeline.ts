import * as Plot from '@observablehq/plot'
import type { Event } from '../search/events.js'
import { formatCount } from './format.js'
import { eventsOf, lastStep } from './history.js'
import { cut } from './plot.js'

/** The iteration axis that all charts of the search share. */
export function iterationAxis(events: readonly Event[]): Plot.ScaleOptions {
  return { type: 'linear', domain: [0, lastStep(events)], label: 'iteration', ticks: 6 }
}

/** Vertical rules where the schedule's phases begin. */
export function phaseRules(events: readonly Event[]): Plot.Markish {
  return Plot.ruleX(eventsOf(events, 'phase'), {
    x: 'step',
    stroke: 'var(--rule)',
    strokeDasharray: '3,3',
    title: (phase: { name: string; step: number }) =>
      `${phase.name} from iteration ${formatCount(phase.step)}`,
  })
}

/** The phases' names above the frame, each cut to the room before the next; `width` of the frame in pixels. */
export function phaseLabels(events: readonly Event[], width: number): Plot.Markish {
  const end = lastStep(events)
  const phases = eventsOf(events, 'phase')
  const labels = phases.map((phase, i) => {
    const room = (((phases[i + 1]?.step ?? end) - phase.step) / end) * width
    const characters = Math.floor(room / 6) - 1
    return { x: phase.step, text: characters < 3 ? '' : cut(phase.name, characters) }
  })
  return Plot.text(labels, {
    x: 'x',
    text: 'text',
    frameAnchor: 'top-left',
    textAnchor: 'start',
    dy: -14,
    fill: 'var(--muted)',
  })
}
