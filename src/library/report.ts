import type { Event } from '../events/types.js'
import type { Run } from '../report/run.js'
import { withoutVoid } from '../report/standing.js'
import { rowsOf } from '../schedule/rows.js'
import type { Trial, TrialResult } from '../trial/types.js'

/** The report of a trial, a page of HTML. What draws it is large, and loaded where somebody asks. */
export async function reportOf(trial: Trial, result: TrialResult, events: readonly Event[]): Promise<string> {
  const { drawArchitecture } = await import('../export/dot.js')
  const { renderReport } = await import('../report/html.js')
  return renderReport(runOf(trial, result, events), await drawArchitecture(result.architecture))
}

/** As JSON has it: null where a figure is none. */
export const plain = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T

/** What a report reads, as it would find it in a run's folder. */
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
    },
  }
}
