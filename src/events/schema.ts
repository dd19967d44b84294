import { Type, type TObject, type TSchema } from '@sinclair/typebox'
import { InterventionSchema } from '../config/intervention-schema.js'
import type { Event } from './types.js'

const count = Type.Integer({ minimum: 0 })
const figure = Type.Union([Type.Number(), Type.Null()])
const names = Type.Array(Type.String())
const record = (values: TSchema) => Type.Record(Type.String(), values)
const figures = record(Type.Union([Type.Number(), Type.Null()]))
const ablation = Type.Object({ step: count, metric: Type.String(), with: figure, without: figure })

const group = Type.Object({
  name: Type.String(),
  layer: Type.String(),
  kind: Type.Union([Type.Literal('operations'), Type.Literal('inputs'), Type.Literal('units')]),
  members: names,
})

/**
 * The parts of events on which readers of `events.jsonl` rely, by type. Other types and keys are accepted
 * without a check.
 */
export const eventSchemas: Readonly<Partial<Record<Event['type'], TObject>>> = {
  start: Type.Object({
    layers: names,
    groups: Type.Array(group),
    steps: count,
    retrainSteps: count,
    metric: Type.String(),
    gates: Type.Optional(
      Type.Object({ travel: Type.Number(), moving: Type.Array(Type.Tuple([count, count])) }),
    ),
  }),
  earlier: Type.Object({
    search: count,
    of: count,
    step: count,
    steps: count,
    loss: figure,
    validation: figure,
  }),
  notice: Type.Object({ search: count, of: count, event: Type.Object({ type: Type.String() }) }),
  carried: Type.Object({
    search: count,
    of: count,
    steps: count,
    parameters: count,
    left: record(Type.Object({ left: count, of: count })),
    choices: record(names),
  }),
  phase: Type.Object({ step: count, name: Type.String() }),
  intervention: Type.Omit(InterventionSchema, [], { additionalProperties: true }),
  failed: Type.Object({ reason: Type.String(), message: Type.String() }),
  evaluation: Type.Object({
    stage: Type.String(),
    step: count,
    loss: Type.Object({ total: figure, task: figure, reconstruction: figure }),
    validation: figure,
    parameters: count,
    sparsity: figures,
    entropy: figures,
    stepMs: figure,
  }),
  gates: Type.Object({ step: count, weights: record(figures) }),
  removal: Type.Object({
    step: count,
    layer: Type.String(),
    group: Type.String(),
    members: names,
    lambda: figures,
    by: Type.String(),
    before: figure,
    after: figure,
    evidence: Type.Optional(
      record(
        Type.Object({ gate: figure, gradients: figures, ablation: Type.Union([ablation, Type.Null()]) }),
      ),
    ),
    took: Type.Optional(names),
  }),
  menu: Type.Object({ step: count, size: Type.Number(), cost: figure, before: figure, after: figure }),
  scale: Type.Object({ step: count, scales: figures }),
  allowance: Type.Object({ step: count, error: figure, best: figure, left: figure }),
  alarm: Type.Object({
    step: count,
    alarm: Type.String(),
    layer: Type.Union([Type.String(), Type.Null()]),
    message: Type.String(),
  }),
  stage: Type.Object({ stage: Type.String(), seconds: figure }),
  done: Type.Object({ stage: Type.String(), reason: Type.String(), step: count }),
}
