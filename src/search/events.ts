import type { GateGroup } from '../supernet/types.js'

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
      epochs: number
      parameters: number
      metric: string
    }
  | { type: 'phase'; step: number; name: string }
  | {
      type: 'epoch'
      stage: Stage
      epoch: number
      step: number
      loss: { total: number | null; task: number | null; reconstruction: number | null }
      validation: number | null
      parameters: number
      sparsity: Record<string, number>
      entropy: Record<string, number>
      stepMs: number
    }
  | { type: 'gates'; step: number; weights: Record<string, Record<string, number>> }
  | {
      type: 'removal'
      step: number
      layer: string
      group: string
      members: string[]
      lambda: Record<string, number>
      by: 'zero' | 'threshold' | 'projection'
      before: number | null
      after: number | null
    }
  | { type: 'alarm'; step: number; alarm: string; layer: string | null; message: string }
  | { type: 'stage'; stage: Stage | 'derive' | 'export'; seconds: number | null }
  | { type: 'done'; stage: Stage; reason: 'finished' | 'early-stop' | 'interrupted'; step: number }

/** `search` trains the supernet; `baseline` the unpruned supernet again; `retrain` the derived network. */
export type Stage = 'search' | 'baseline' | 'retrain'

export interface GroupInfo {
  name: string
  layer: string
  kind: GateGroup['kind']
  members: string[]
}
