import { Type } from '@sinclair/typebox'

const figure = Type.Optional(Type.Union([Type.Number(), Type.Null()]))
const text = Type.Optional(Type.String())
const interval = Type.Union([Type.Array(Type.Union([Type.Number(), Type.Null()])), Type.Null()])
const costs = { parameters: figure, flops: figure }
const menuEntry = Type.Object({ size: figure, cost: figure, step: figure, before: figure, after: figure })
const attempt = Type.Object({
  size: figure,
  cost: figure,
  worse: figure,
  allowed: figure,
  by: text,
  diverged: text,
})
const criterion = Type.Object({ value: figure, where: text, passed: Type.Optional(Type.Boolean()) })

const decisionFigures = Type.Object({
  chosenOn: Type.Optional(Type.Object({ rows: figure, positive: figure })),
  figures: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Object({ value: figure, interval: Type.Optional(interval), mostProbable: figure }),
    ),
  ),
})

const parts = {
  metric: Type.String(),
  supernet: Type.Object(costs),
  baseline: Type.Union([Type.Object({ ...costs, validation: figure, test: figure }), Type.Null()]),
  validation: Type.Object({ supernet: figure, final: figure, baseline: figure }),
  gap: Type.Object({ jumps: figure, derive: figure, gatesDropped: figure }),
  test: Type.Object({
    final: figure,
    supernet: figure,
    baseline: figure,
    metrics: Type.Optional(Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]))),
    positive: text,
    confusion: Type.Optional(
      Type.Object({ classes: Type.Array(Type.String()), rows: Type.Array(Type.Array(Type.Number())) }),
    ),
    decision: Type.Optional(decisionFigures),
  }),
  derived: Type.Object(costs),
  criteria: Type.Object({
    passed: Type.Optional(Type.Boolean()),
    results: Type.Optional(Type.Array(criterion)),
  }),
}
const splitNoise = Type.Union([
  Type.Object({ difference: Type.Optional(Type.Union([Type.Object({ value: figure }), Type.Null()])) }),
  Type.Null(),
])
const rivalNoise = Type.Union([
  Type.Object({
    interval: Type.Optional(interval),
    difference: Type.Optional(
      Type.Union([Type.Object({ value: figure, interval: Type.Optional(interval) }), Type.Null()]),
    ),
  }),
  Type.Null(),
])
const rival = Type.Object({
  name: text,
  validation: figure,
  test: figure,
  parameters: figure,
  nodes: figure,
  rows: figure,
  period: figure,
  season: text,
  noise: Type.Optional(
    Type.Object({ validation: Type.Optional(rivalNoise), test: Type.Optional(rivalNoise) }),
  ),
})
const more = {
  decision: Type.Optional(
    Type.Object({ threshold: Type.Optional(Type.Number()), by: text, validation: figure }),
  ),
  rivals: Type.Optional(Type.Array(rival)),
  removed: Type.Optional(
    Type.Object({
      members: figure,
      of: figure,
      left: figure,
      notice: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    }),
  ),
  noise: Type.Optional(
    Type.Object({
      resamples: figure,
      validation: Type.Optional(splitNoise),
      test: Type.Optional(splitNoise),
    }),
  ),
  budget: Type.Optional(Type.Object({ metric: text, limit: figure, whole: figure, cost: figure })),
  tolerated: Type.Optional(
    Type.Object({
      tolerance: figure,
      against: Type.Optional(text),
      attempts: Type.Optional(Type.Array(attempt)),
      kept: figure,
      within: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    }),
  ),
  menu: Type.Optional(Type.Array(menuEntry)),
  benchmark: Type.Optional(
    Type.Object({ table: text, metric: text, rank: figure, of: figure, regret: figure, percentile: figure }),
  ),
}

/**
 * `metrics.json` as a report reads it: any part may be missing, but those that exist must have the right
 * type.
 */
export const RunMetricsSchema = Type.Object({ ...Type.Partial(Type.Object(parts)).properties, ...more })

/** `metrics.json` of a finished run, in which every part must exist. */
export const FinishedMetricsSchema = Type.Object({
  ...parts,
  ...more,
  criteria: Type.Object({
    passed: Type.Boolean(),
    results: Type.Array(Type.Object({ metric: Type.String(), split: Type.String(), passed: Type.Boolean() })),
  }),
})

/** `timings.json` as a report reads it. */
export const RunTimingsSchema = Type.Object({
  searchSeconds: figure,
  baselineSeconds: figure,
  retrainSeconds: figure,
  rivalsSeconds: figure,
})

/** `timings.json` of a finished run. */
export const TimingsSchema = Type.Object({
  searchSeconds: Type.Number(),
  baselineSeconds: Type.Union([Type.Number(), Type.Null()]),
  retrainSeconds: Type.Number(),
  rivalsSeconds: Type.Optional(Type.Number()),
})
