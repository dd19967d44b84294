import type { Event } from '../events/types.js'
import type { TrialBeat } from './jobs.js'

/** The fewest milliseconds between two signs of life. */
const pause = 1000

/** Makes signs of life from the events of a trial, at most one a second. */
export function beatsOf(tell: (beat: Omit<TrialBeat, 'worker'>) => void): (event: Event) => void {
  let steps = { search: 0, retrain: 0 }
  let last = -Infinity
  const beat = (stage: string, step: number, of: number) => {
    if (performance.now() - last < pause) return
    last = performance.now()
    tell({ stage, step, of })
  }
  return (event) => {
    if (event.type === 'start') {
      steps = { search: event.steps, retrain: event.retrainSteps }
      beat('search', event.from ?? 0, event.steps)
    }
    if (event.type === 'evaluation')
      beat(event.stage, event.step, event.stage === 'search' ? steps.search : steps.retrain)
    if (event.type === 'earlier') beat('search', event.step, event.steps)
    if (event.type === 'try') beat('try', event.number, 0)
  }
}
