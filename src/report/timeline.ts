import * as Plot from '@observablehq/plot'
import type { Event } from '../events/types.js'
import { formatCount } from './format.js'
import { eventsOf, lastStep } from './history.js'
import { withEllipsis } from './plot.js'

/** The iteration axis that all charts of the search share. */
export function iterationAxis(events: readonly Event[]): Plot.ScaleOptions {
  return { type: 'linear', domain: [0, lastStep(events)], label: 'iteration', ticks: 6 }
}

/** A phase of the schedule: its name, and the iteration at which it begins. */
export interface PhaseStart {
  readonly name: string
  readonly step: number
}

/** Vertical rules where the schedule's phases begin. */
export function phaseRules(events: readonly Event[]): Plot.Markish {
  return rulesOf(eventsOf(events, 'phase'))
}

/** Vertical rules where the given phases begin. */
export function rulesOf(phases: readonly PhaseStart[]): Plot.Markish {
  return Plot.ruleX(phases, {
    x: 'step',
    stroke: 'var(--rule)',
    strokeDasharray: '3,3',
    title: (phase: PhaseStart) => `${phase.name} from iteration ${formatCount(phase.step)}`,
  })
}

/**
 * The names of the phases above the frame, each shortened to the space before the next one. `width` is that
 * of the frame in pixels.
 */
export function phaseLabels(events: readonly Event[], width: number): Plot.Markish {
  return phaseNames(eventsOf(events, 'phase'), lastStep(events), width)
}

/** The names of the given phases of a search of `end` iterations, written as in `phaseLabels`. */
export function phaseNames(phases: readonly PhaseStart[], end: number, width: number): Plot.Markish {
  const labels = phases.map((phase, i) => {
    const room = (((phases[i + 1]?.step ?? end) - phase.step) / end) * width
    const characters = Math.floor(room / 6) - 1
    return { x: phase.step, text: characters < 3 ? '' : withEllipsis(phase.name, characters) }
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
