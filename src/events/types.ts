import type { Intervention } from '../config/intervention-schema.js'
import type { MetricName } from '../objective/metrics.js'
import type { GateMotion } from '../schedule/pressure.js'
import type { CostMetric, GateGroup, GateWeights } from '../supernet/types.js'

/**
 * An event of a run, written to `events.jsonl` as one JSON object per line. Progress bar, report and live
 * page read only these. Every number that decides anything is reproducible; only `stepMs` and `seconds` come
 * from a clock.
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
      /** The number of steps that the search had done when it was resumed. */
      from?: number
      /** The most steps of a retraining. */
      retrainSteps: number
      parameters: number
      metric: string
      /** How gates move, for relaxations in which λ moves them by steps of its own. */
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
  /** An alarm or an intervention in a search before the last one. */
  | { type: 'notice'; search: number; of: number; event: EventOf<'alarm' | 'intervention'> }
  | {
      /** What a search before the last one left to the next one. */
      type: 'carried'
      search: number
      of: number
      steps: number
      parameters: number
      /** Members by kind of group: those that are left, and those at its beginning. */
      left: Record<GateGroup['kind'], { left: number; of: number }>
      /** The remaining members of the choices of operations, by group. */
      choices: Record<string, string[]>
    }
  /** The past runs on similar data from which the planner started. */
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
      /** An evaluation of a stage; losses and times are means since the one before. */
      type: 'evaluation'
      stage: Stage
      /** The number of steps done. */
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
      /** What is known about each removed member. */
      evidence?: Record<string, Evidence>
      /** Groups that depended on what was removed, and were removed with it. */
      took?: string[]
    }
  | {
      /** The architecture at a size of the menu was kept; the supernet does not change. */
      type: 'menu'
      step: number
      metric: CostMetric
      size: number
      limit: number
      cost: number
      /** The validation metric of the supernet, and with only the members of that architecture open. */
      before: number | null
      after: number | null
    }
  /** The meaning of λ = 1: the scale s of widths and choices, by kind, in units of the loss per unit of α. */
  | { type: 'scale'; step: number; scales: Record<string, number> }
  | ({
      /** How much of the schedule's tolerance the search has used. */
      type: 'allowance'
      step: number
    } & Allowance)
  /** A size of a search under a tolerance is retrained: the stage `retrain` starts again. */
  | { type: 'attempt'; size: number | null; cost: number }
  /** The size that is the result, of those that were retrained. */
  | { type: 'kept'; size: number | null }
  /** One of several unpruned supernets that teach is trained, counted from 1; only the first one is told of. */
  | { type: 'teacher'; teacher: number; of: number }
  /** The network is trained once more with another seed, for a criterion; its evaluations are not told. */
  | { type: 'again'; seed: number }
  | {
      type: 'alarm'
      step: number
      alarm: string
      /** Null if it concerns the whole supernet. */
      layer: string | null
      message: string
      /** What was done about it, if anything. */
      safeguard?: string
    }
  /**
   * A setting was changed during the run. After a roll-back, the stage is at iteration `step` again, and all
   * of its later events are void.
   */
  | ({ type: 'intervention' } & Intervention)
  | {
      /** The run ended without a result. */
      type: 'failed'
      reason: 'diverged' | 'interrupted' | 'error'
      /** The stage that diverged. */
      stage?: Stage
      /** The reason in plain words, with what to change. */
      message: string
    }
  | { type: 'stage'; stage: Stage | 'derive' | 'export' | 'rivals'; seconds: number | null }
  | {
      type: 'done'
      stage: Stage
      reason: 'finished' | 'early-stop' | 'alarm' | 'interrupted' | 'time'
      step: number
    }

/** The events of one type. */
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>

/** What is known about a member at its removal. */
export interface Evidence {
  /** Its mixture weight. */
  gate: number
  /**
   * The gradient of the losses (`loss`) and of each term (`TERM/gates`, times λ) with respect to its α in the
   * last iteration: a positive one closes the gate. Empty if gates were held.
   */
  gradients: Record<string, number>
  /**
   * The effect of removing the member, measured when its gate began to fade, or at the removal; null if there
   * was no time to measure it.
   */
  ablation: MemberAblation | null
}

/** The metric of the network with and without a member, on some validation rows. */
export interface MemberAblation {
  step: number
  metric: MetricName
  with: number
  without: number
  /** The number of members that were removed together, if there were several. */
  jointly?: number
}

/** `search` trains the supernet, `baseline` retrains the unpruned supernet, `retrain` the derived network. */
export type Stage = 'search' | 'baseline' | 'retrain'

export interface GroupInfo {
  name: string
  layer: string
  kind: GateGroup['kind']
  members: string[]
}

/** The state of an error. */
export interface Level {
  /** The smoothed error, as `relativeError` computes it. */
  error: number
  /** The average distance of the error at a look from the smoothed one. */
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
  /** The remaining share of the tolerance, by which λ on widths is multiplied. */
  left: number
}
