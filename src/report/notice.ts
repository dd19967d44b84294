import { eventsOf } from './history.js'
import { html, type Markup } from './markup.js'
import { interventionText } from './notice-text.js'
import type { Run } from './run.js'
import { failureOf } from './standing.js'

/** The state of a run in a few words. */
export function runState({ config, metrics, events }: Run): { kind: string; text: string } {
  const passed = metrics?.criteria?.passed
  const failure = failureOf(events)
  if (!metrics && failure)
    return { kind: 'failed', text: failure.reason === 'error' ? '✕ failed' : `✕ ${failure.reason}` }
  if (!metrics || passed === undefined) return { kind: 'open', text: 'unfinished' }
  if (!passed) return { kind: 'failed', text: '✕ criteria not met' }
  const any = (config.criteria ?? []).length > 0
  return any
    ? { kind: 'passed', text: '✓ criteria passed' }
    : { kind: 'open', text: 'finished, no criteria set' }
}

const remedies = {
  diverged: 'Change a setting and continue: sentei resume RUN --set path=value.',
  interrupted: 'Go on: sentei resume RUN.',
  error: 'Repair what it names and continue: sentei resume RUN.',
} as const

/**
 * What a reader must know before the numbers: why a run failed or stopped, and which settings were changed
 * during it.
 */
export function notice(run: Run): Markup | null {
  const failure = run.metrics ? undefined : failureOf(run.events)
  const diverged = run.metrics?.baseline?.diverged
  const interventions = eventsOf(run.events, 'intervention')
  if (!failure && diverged === undefined && interventions.length === 0) return null
  return html`<div class="notice">
    ${failure ? html`<p class="failed">${failure.message}. ${remedies[failure.reason]}</p> ` : null}
    ${diverged === undefined ? null : html`<p>${diverged}. So the unpruned network has no metrics.</p> `}
    ${
      interventions.length === 0
        ? null
        : html`<p>Changed on the way:</p>
            <ul>
              ${interventions.map((each) => html`<li>${interventionText(each)}</li> `)}
            </ul>`
    }
  </div>`
}
