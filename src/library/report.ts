import type { Event } from '../events/types.js'
import type { Run } from '../report/run.js'
import { withoutVoid } from '../report/standing.js'
import { rowsOf } from '../schedule/rows.js'
import type { Trial, TrialResult } from '../trial/types.js'

/**
 * The report of a trial as an HTML page. The code that draws it is large, so that it is only loaded on
 * demand.
 */
export async function reportOf(trial: Trial, result: TrialResult, events: readonly Event[]): Promise<string> {
  const { drawArchitecture } = await import('../export/dot.js')
  const { renderReport } = await import('../report/html.js')
  return renderReport(runOf(trial, result, events), await drawArchitecture(result.architecture))
}

/** Converts a value to plain JSON, with null for numbers that are not finite. */
export const plain = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T

/** The input of a report, as it would be read from a run's folder. */
function runOf(
  trial: Trial,
  { architecture, metrics, schedule, steps, seconds }: TrialResult,
  events: readonly Event[],
): Run {
  return {
    config: plain(trial.written),
    events: withoutVoid(plain<Event[]>(events)),
    schedule: rowsOf(schedule, steps).map(([from, to, layer, term, lambda]) => ({
      from,
      to,
      layer,
      term,
      lambda,
    })),
    architecture,
    metrics: plain(metrics),
    timings: {
      searchSeconds: seconds.search,
      baselineSeconds: seconds.baseline,
      retrainSeconds: seconds.retrain,
      rivalsSeconds: seconds.rivals,
    },
  }
}
