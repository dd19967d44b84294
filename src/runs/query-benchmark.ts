import { Type, type Static } from '@sinclair/typebox'
import { InputError } from '../base/errors.js'
import { applySetting, parseSetting } from '../config/settings.js'
import { validate } from '../config/validator.js'
import { benchmarkTable, type BenchmarkTable, type TableAnswer } from '../benchmark/benchmark-table.js'
import type { Rank } from '../benchmark/metric-column.js'
import { discretise, uniformGates } from '../derive/network.js'
import { costOf, type Cost } from '../nn/cost.js'
import type { Choices, Notation } from '../supernet/notation.js'
import { choose, illegality } from '../supernet/prune.js'
import { notationOf, type AnySpace } from '../supernet/space.js'
import { spaceOf } from '../setup/supernet-of.js'

export interface QueryOptions {
  /** The search space of the table. */
  readonly benchmark: string
  /** The path of the table. */
  readonly table: string
  /** The column with the architectures; see `benchmarkTable`. */
  readonly column?: string | undefined
  /** An architecture in the space's syntax. Without it, the table is described. */
  readonly architecture?: string | undefined
  /** Only this metric; all by default. */
  readonly metric?: string | undefined
  /** The direction of `metric`; by default its name decides. */
  readonly higherIsBetter?: boolean | undefined
  /**
   * Settings of the network whose cost is counted: `options.channels=8`, `input=[16, 16, 3]`, `outputs=120`.
   */
  readonly set?: readonly string[]
  /** Your own search spaces, in addition to those of the registry. */
  readonly spaces?: readonly AnySpace[]
}

/** What a table and the cost model know about an architecture. */
export interface QueryAnswer {
  readonly benchmark: string
  readonly table: { readonly file: string; readonly size: number }
  /** The architecture as the space writes it. */
  readonly architecture: string
  /** The table's row of the architecture, or of an isomorphic one; null if it has neither. */
  readonly found: TableAnswer | null
  /** Ranks by metric; null if the table has no value. */
  readonly ranks: Readonly<Record<string, Rank | null>>
  /**
   * The cost by Sentei's own count; null if there is no such network, for example if nothing reaches the
   * output.
   */
  readonly cost: Cost | null
  /** Why there is no cost. */
  readonly uncounted?: string
  readonly setting: QuerySetting
}

/** A summary of a table: its size, and its best architecture by each metric. */
export interface TableSummary {
  readonly benchmark: string
  readonly table: { readonly file: string; readonly size: number }
  readonly best: Readonly<Record<string, ReturnType<BenchmarkTable['best']>>>
}

const Setting = Type.Object(
  {
    options: Type.Record(Type.String(), Type.Unknown(), { default: {} }),
    input: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 3, default: [32, 32, 3] }),
    outputs: Type.Integer({ minimum: 1, default: 10 }),
  },
  { additionalProperties: false },
)
/**
 * The network whose cost is counted. By default: 32×32×3 inputs, 10 classes and the space's default options.
 */
export type QuerySetting = Static<typeof Setting>

/** Returns what a tabular benchmark says of an architecture, together with Sentei's own count of its cost. */
export function queryBenchmark(options: QueryOptions & { readonly architecture: string }): QueryAnswer
export function queryBenchmark(options: QueryOptions): QueryAnswer | TableSummary
export function queryBenchmark(options: QueryOptions): QueryAnswer | TableSummary {
  const { benchmark, architecture } = options
  const space = spaceOf(benchmark, 'query', options.spaces)
  const setting = settingOf(space, options.set ?? [])
  const notation = notationOf(space, setting.options)
  // An invalid architecture is reported before a large table is read.
  const choices = architecture === undefined ? undefined : notation.read(architecture)
  const table = openTable(options, notation)
  const names = options.metric === undefined ? table.metrics : [options.metric]
  const about = { benchmark, table: { file: table.name, size: table.size } }
  if (choices === undefined) {
    return { ...about, best: Object.fromEntries(names.map((name) => [name, table.best(name)])) }
  }
  const text = notation.write(choices)
  return {
    ...about,
    architecture: text,
    found: table.lookup(text) ?? null,
    ranks: Object.fromEntries(names.map((name) => [name, table.rank(text, name) ?? null])),
    ...countedCost(space, setting, choices),
    setting,
  }
}

function openTable(
  { table, column, metric, higherIsBetter }: QueryOptions,
  notation: Notation,
): BenchmarkTable {
  if (higherIsBetter !== undefined && metric === undefined)
    throw new InputError('--lower-is-better: expected --metric with it, got none')
  return benchmarkTable(table, { notation, column, metric, higherIsBetter, label: '--table' })
}

function settingOf(space: AnySpace, set: readonly string[]): QuerySetting {
  const document = { options: {} }
  for (const text of set) applySetting(document, parseSetting(text))
  const setting = validate(Setting, document, 'query')
  if (!space.ranks.includes(setting.input.length))
    throw new InputError(
      `query.input: ${space.name} takes inputs of ${space.ranks.join(' or ')} axes, got [${setting.input.join(', ')}]; give it with --set input=[…]`,
    )
  return {
    ...setting,
    options: validate(space.options, setting.options, 'query.options') as QuerySetting['options'],
  }
}

/**
 * The cost of the discrete network of an architecture, counted as in publications: without batch norm after
 * pools.
 */
function countedCost(
  space: AnySpace,
  { options, input, outputs }: QuerySetting,
  choices: Choices,
): Pick<QueryAnswer, 'cost' | 'uncounted'> {
  try {
    const supernet = choose(space.build({ options: options as never, input, outputs }), choices).supernet
    const open = illegality(supernet)
    if (open !== undefined) throw new InputError(`architecture: ${open}`)
    const { graph } = discretise(supernet, uniformGates(supernet), {
      gates: 'drop',
      affine: true,
      poolNorm: 'drop',
    })
    return { cost: costOf(graph) }
  } catch (error) {
    if (error instanceof InputError) return { cost: null, uncounted: error.message }
    throw error
  }
}
