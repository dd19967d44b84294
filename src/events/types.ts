import type { Intervention } from '../config/intervention-schema.js'
import type { MetricName } from '../objective/metrics.js'
import type { GateMotion } from '../schedule/pressure.js'
import type { CostMetric, GateGroup, GateWeights } from '../supernet/types.js'

/**
 * What the loop writes, one JSON object a line, into `events.jsonl`. Progress bar, report and live page
 * are readers of it and of nothing else. Every number that decides anything is reproducible; only
 * `stepMs` and `seconds` come from a clock.
 */
export type Event =
  | {
      type: 'start'
      name: string
      data: string
      seed: number
      backend: string
      space: string
      layers: string[]
      groups: GroupInfo[]
      steps: number
      /** The steps that the search had done when it was resumed. */
      from?: number
      /** The most steps of a retraining. */
      retrainSteps: number
      parameters: number
      metric: string
      /** How gates move, where λ presses them by steps of its own. */
      gates?: GateMotion
    }
  /** An evaluation of a search before the last. `search` counts from 0, and there are `of` such searches. */
  | {
      type: 'earlier'
      search: number
      of: number
      step: number
      steps: number
      loss: number | null
      validation: number | null
      parameters: number
      stepMs: number
    }
  /** An alarm of a search before the last, or something that was changed in it. */
  | { type: 'notice'; search: number; of: number; event: EventOf<'alarm' | 'intervention'> }
  | {
      /** What such a search left to the next one. */
      type: 'carried'
      search: number
      of: number
      steps: number
      parameters: number
      /** Members by kind of group, of those that it began with. */
      left: Record<GateGroup['kind'], { left: number; of: number }>
      /** Of choices of operations that are still open: the members left, by group. */
      choices: Record<string, string[]>
    }
  /** The past runs on similar data that the planner started from. */
  | { type: 'lessons'; planner: string; runs: string[] }
  | {
      /** A schedule that a planner tried in a short search. */
      type: 'try'
      number: number
      generation: number
      rung: number
      steps: number
      error: number | null
      cost: number
    }
  | { type: 'phase'; step: number; name: string }
  | {
      /** A look at what a stage has learnt; losses and times are means since the one before. */
      type: 'evaluation'
      stage: Stage
      /** Steps done. */
      step: number
      loss: { total: number | null; task: number | null; reconstruction: number | null }
      validation: number | null
      parameters: number
      sparsity: Record<string, number>
      entropy: Record<string, number>
      stepMs: number
    }
  | { type: 'gates'; step: number; weights: GateWeights }
  | {
      type: 'removal'
      step: number
      layer: string
      group: string
      members: string[]
      lambda: Record<string, number>
      by: 'zero' | 'threshold' | 'projection' | 'perturbation'
      /** The validation metric before and after the removal; null if it cannot have changed. */
      before: number | null
      after: number | null
      /** What is known of each member that went. */
      evidence?: Record<string, Evidence>
      /** Groups that stood on what went, and went with it. */
      took?: string[]
    }
  | {
      /** The architecture of a size of the menu was kept, the supernet left as it is. */
      type: 'menu'
      step: number
      metric: CostMetric
      size: number
      limit: number
      cost: number
      /** The validation metric of the supernet, and with only that architecture's members open. */
      before: number | null
      after: number | null
    }
  /**
   * The size of λ = 1: the scale s of widths and choices by kind, in units of the loss for each unit of α.
   */
  | { type: 'scale'; step: number; scales: Record<string, number> }
  | ({
      /** How much of the schedule's tolerance the search has used up. */
      type: 'allowance'
      step: number
    } & Allowance)
  /** A size of a search under a tolerance is retrained: the stage `retrain` begins anew. */
  | { type: 'attempt'; size: number | null; cost: number }
  /** Of the sizes that were retrained this one is the result. */
  | { type: 'kept'; size: number | null }
  | {
      type: 'alarm'
      step: number
      alarm: string
      /** Null if it concerns the whole supernet. */
      layer: string | null
      message: string
      /** What was done about it, where something was. */
      safeguard?: string
    }
  /**
   * Something was changed during the run. After a roll-back the stage is at iteration `step` again, and
   * everything that came after that iteration is void.
   */
  | ({ type: 'intervention' } & Intervention)
  | {
      /** The run ended without a result. */
      type: 'failed'
      reason: 'diverged' | 'interrupted' | 'error'
      /** What diverged. */
      stage?: Stage
      /** In plain words, with what to change. */
      message: string
    }
  | { type: 'stage'; stage: Stage | 'derive' | 'export'; seconds: number | null }
  | { type: 'done'; stage: Stage; reason: 'finished' | 'early-stop' | 'alarm' | 'interrupted'; step: number }

/** The events of a kind. */
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>

/** What is known of a member at its removal. */
export interface Evidence {
  /** Its mixture weight. */
  gate: number
  /**
   * The gradient of the losses (`loss`) and of each term (`TERM/gates`, times λ) on its α in the last iteration:
   * positive closes it. Empty where gates were held.
   */
  gradients: Record<string, number>
  /**
   * What the member was worth, measured when its gate began to fade, or at the removal; null if there was no
   * time to measure it.
   */
  ablation: Ablation | null
}

/** The network with and without a member, on some validation rows. */
export interface Ablation {
  step: number
  metric: MetricName
  with: number
  without: number
  /** The number of members that were removed together, if there were several. */
  jointly?: number
}

/** `search` trains the supernet; `baseline` the unpruned supernet again; `retrain` the derived network. */
export type Stage = 'search' | 'baseline' | 'retrain'

export interface GroupInfo {
  name: string
  layer: string
  kind: GateGroup['kind']
  members: string[]
}

/** The state of an error. */
export interface Level {
  /** Smoothed, as `relativeError` has it. */
  error: number
  /** How far a look's error lies from the smoothed one on average. */
  noise: number
  /** The lowest smoothed error since gates began to move, with which the error is compared. */
  best: number
}

/**
 * How much of its tolerance a search has used: the state of the validation error and of the training error.
 * Plain data, part of a checkpoint.
 */
export interface Allowance extends Level {
  train: Level
  /** The share of the tolerance that is left; λ on widths is multiplied by it. */
  left: number
}
