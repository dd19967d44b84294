import { backendLimit } from '../backend/limits.js'
import { InputError } from '../base/errors.js'
import { unprunedNetwork } from '../derive/network.js'
import type { Graph } from '../nn/graph.js'
import { segmentsOf, type ProgramOptions } from '../nn/program.js'
import { trainedNodes } from '../train/gradients.js'
import { largestRows, stepMemory, type StepMemory } from '../train/memory.js'
import { furtherPerRow, wantsBaseline } from '../trial/baseline.js'
import type { Trial } from '../trial/types.js'

/** The memory of a stage's training step. */
export interface StageMemory {
  readonly stage: 'search' | 'baseline'
  /** For a search before the last one: its index, counted from 0. */
  readonly earlier?: number
  /** The examples in a shard, which is held in memory at one time. */
  readonly rows: number
  readonly peakBytes: number
  readonly heldBytes: number
  /** The number of parts of the network that are computed again in the backward pass, and of all parts. */
  readonly recomputed: number
  readonly parts: number
  readonly fits: boolean
  /** The most examples per shard that fit into memory; null if the backend has no limit. */
  readonly largestRows: number | null
}

/** Throws if a stage of a trial does not fit into the backend's memory, and tells what would. */
export function requireMemory(
  trial: Trial,
  stages: readonly StageMemory['stage'][] = ['search', 'baseline'],
): void {
  requireFit(memoryOf(trial).filter(({ stage, fits }) => stages.includes(stage) && !fits))
}

/** Throws for the first of the stages that are too large. */
export function requireFit(tooLarge: readonly StageMemory[]): void {
  for (const stage of tooLarge) {
    const section = stage.stage === 'search' ? 'search' : 'retrain'
    const path = `config.${stage.earlier === undefined ? '' : `stages.${stage.earlier}.`}${section}`
    const needed = gib(stage.peakBytes + stage.heldBytes)
    const smaller =
      stage.largestRows === 0
        ? 'not even one example fits; take fewer channels or cells, or smaller inputs'
        : `take a batch of at most ${stage.largestRows}, or ${path}.shards so that a shard has at most ${stage.largestRows}`
    const without =
      stage.stage === 'baseline'
        ? `, or no unpruned supernet to learn from: ${path}.distillation.share 0`
        : ''
    throw new InputError(
      `${path}.batch: a step of ${stage.rows} examples needs ${needed} GiB, the backend has ${gib(backendLimit()!)} GiB; ${smaller}${without}`,
    )
  }
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)

/** The memory of each stage of a trial, that of earlier searches first, as if these removed nothing. */
export function memoryOf(trial: Trial): StageMemory[] {
  const { config, supernet, stages: earlier = [] } = trial
  const before = earlier.flatMap(({ begin }, i) =>
    memoryOf(begin(undefined))
      .slice(0, 1)
      .map((memory) => ({ ...memory, earlier: i })),
  )
  const roles = Object.keys(supernet.graph.outputs)
  const rows = shardRows(config.search)
  const groups = supernet.groups.map(({ name }) => name)
  const stages = [stageMemory('search', supernet.graph, roles, groups, rows)]
  if (wantsBaseline(trial))
    stages.push(
      stageMemory(
        'baseline',
        unprunedNetwork(supernet, config.retrain).graph,
        ['task'],
        [],
        // What is left of it may be nearly all of it, and learns from rows without a target as well.
        Math.ceil(shardRows(config.retrain) * (1 + furtherPerRow(trial))),
      ),
    )
  return [...before, ...stages]
}

/** The most rows in a shard. */
const shardRows = ({ batch, shards }: { readonly batch: number; readonly shards: number }): number =>
  Math.ceil(batch / shards)

function stageMemory(
  stage: StageMemory['stage'],
  graph: Graph,
  roles: readonly string[],
  alphas: readonly string[],
  rows: number,
): StageMemory {
  const weights = graph.nodes.map(({ id }) => `${id}:`)
  const options: Omit<ProgramOptions, 'again'> = { roles, trained: trainedNodes(graph, { weights, alphas }) }
  const memory: StepMemory = stepMemory(graph, options, rows)
  const most = largestRows(graph, options)
  return {
    stage,
    rows,
    peakBytes: memory.peakBytes,
    heldBytes: memory.heldBytes,
    recomputed: memory.again.size,
    parts: segmentsOf(graph, options).length,
    fits: memory.fits,
    largestRows: most === Number.MAX_SAFE_INTEGER ? null : most,
  }
}
