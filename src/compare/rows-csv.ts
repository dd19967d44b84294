import { csvCell } from '../base/csv.js'
import { totalOf } from './remaining.js'
import { errorIn } from './test-error.js'
import type { TrialRow } from './types.js'

type Columns = Readonly<Record<string, (row: TrialRow) => string | number | null | undefined>>

const place: Columns = {
  set: ({ set }) => set,
  rows: ({ size }) => size,
  method: ({ method }) => method,
  seed: ({ seed }) => seed,
}

const results: Columns = {
  ...place,
  learnt: ({ rows }) => rows?.learnt,
  tested: ({ rows }) => rows?.tested,
  metric: ({ figures }) => figures?.metric,
  validation: ({ figures }) => figures?.validation,
  test: ({ figures }) => figures?.test,
  error: errorIn,
  parameters: ({ figures }) => figures?.parameters,
  flops: ({ figures }) => figures?.flops,
  share: ({ figures }) => figures?.share,
  searchSteps: ({ figures }) => figures?.searchSteps,
  sizesTried: ({ figures }) => figures?.sizesTried,
  bootstrap: ({ stability }) => stability?.bootstrap,
  lossSpread: ({ stability }) => stability?.losses,
  failed: ({ failed }) => failed,
  key: ({ key }) => key,
}

const timings: Columns = {
  ...place,
  search: ({ seconds }) => seconds?.search.toFixed(3),
  baseline: ({ seconds }) => seconds?.baseline?.toFixed(3),
  retrain: ({ seconds }) => seconds?.retrain.toFixed(3),
  total: ({ seconds }) => seconds && totalOf(seconds).toFixed(3),
  latencyMs: ({ seconds }) => milliseconds(seconds?.predict),
}

const milliseconds = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : (1000 * seconds).toFixed(4)

const csv = (columns: Columns, rows: readonly TrialRow[]): string =>
  [Object.keys(columns), ...rows.map((row) => Object.values(columns).map((of) => csvCell(of(row) ?? '')))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('')

/** The content of `results.csv`: one row of results per trial, in the given order, without times. */
export const resultsCsv = (rows: readonly TrialRow[]): string => csv(results, rows)

/**
 * The content of `timings.csv`: the seconds of each trial, and the milliseconds of a prediction for one row. The
 * unpruned supernet counts for the trial that trained it.
 */
export const timingsCsv = (rows: readonly TrialRow[]): string => csv(timings, rows)
