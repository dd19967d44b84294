import { formatCount, formatNumber, nothing } from '../../report/format.js'
import type { QueryAnswer, TableSummary } from '../../runs/query-benchmark.js'
import { command, exitCodes, files } from '../command.js'
import { names } from '../names.js'
import { json, required, set, settings, text, pluginOptions } from '../options.js'
import { textTable } from '../table.js'

export const query = command({
  usage: 'query <benchmark>',
  description: 'look an architecture up in a tabular benchmark, and count its cost',
  positionals: {
    benchmark: {
      type: 'string',
      suggest: names.spaces,
      describe: 'the search space of the table',
    },
  },
  options: {
    table: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      suggest: [files],
      describe: 'a CSV or JSON file, plain or gzip',
    },
    architecture: {
      type: 'string',
      requiresArg: true,
      describe: 'in the space’s syntax; without it the best of the table are shown',
    },
    column: { type: 'string', requiresArg: true, describe: 'the column of architectures' },
    metric: { type: 'string', requiresArg: true, describe: 'only this metric' },
    'lower-is-better': { type: 'boolean', describe: 'of --metric, where its name does not tell' },
    set: {
      ...set,
      describe: 'what costs are counted for: options.channels=8, input=[16, 16, 3], outputs=120',
    },
    ...pluginOptions,
    json,
  },
  async run(args, { print, say }) {
    const { queryBenchmark } = await import('../../runs/query-benchmark.js')
    const lower = args['lower-is-better'] as boolean | undefined
    const { pluginsIn } = await import('../plugins.js')
    const { spaces } = await pluginsIn(args, { say })
    const answer = queryBenchmark({
      benchmark: required(args, 'benchmark'),
      table: required(args, 'table'),
      column: text(args, 'column'),
      architecture: text(args, 'architecture'),
      metric: text(args, 'metric'),
      higherIsBetter: lower === undefined ? undefined : !lower,
      set: settings(args),
      spaces,
    })
    if (args.json) print(JSON.stringify(answer))
    else print('best' in answer ? describeTable(answer) : describe(answer))
    return 'found' in answer && answer.found === null ? exitCodes.failed : 0
  },
})

function describeTable({ table, best }: TableSummary): string {
  const rows = Object.entries(best).map(([metric, { architecture, value }]) => [
    `${metric}  ${architecture}`,
    formatNumber(value),
  ])
  return textTable([[`${table.file}: ${formatCount(table.size)} architectures; the best`, 'value'], ...rows])
}

function describe({
  table,
  architecture,
  found: entry,
  ranks,
  cost,
  uncounted,
  setting,
}: QueryAnswer): string {
  const counted = cost
    ? `${formatCount(cost.parameters)} parameters, ${formatCount(cost.flops)} FLOPs`
    : `none: ${uncounted}`
  return [
    architecture,
    `table  ${table.file}, ${formatCount(table.size)} architectures: ${foundText(entry)}`,
    `cost   ${counted} (${setting.input.join('×')} inputs, ${setting.outputs} outputs)`,
    ...(entry ? ['', rankTable(ranks), ...otherCells(entry.row, ranks)] : []),
  ].join('\n')
}

function foundText(entry: QueryAnswer['found']): string {
  if (!entry) return 'not in the table, nor an isomorphic one'
  const others = entry.isomorphic.length
  const more = others === 0 ? '' : `, ${formatCount(others)} more isomorphic`
  return entry.matched === 'exact'
    ? `in it${more}`
    : `not in it; the isomorphic ${entry.architecture} is${more}`
}

function rankTable(ranks: QueryAnswer['ranks']): string {
  const rows = Object.entries(ranks).map(([metric, rank]) =>
    rank
      ? [
          `${metric} (${rank.higherIsBetter ? 'higher' : 'lower'} is better)`,
          formatNumber(rank.value),
          formatNumber(rank.best),
          formatNumber(rank.regret),
          `${formatCount(rank.rank)} of ${formatCount(rank.of)}`,
          rank.percentile.toFixed(2),
        ]
      : [metric, ...Array<string>(5).fill(nothing)],
  )
  return textTable([['', 'value', 'best', 'regret', 'rank', 'percentile'], ...rows])
}

/** The other columns of the row, for example an index or single runs. */
function otherCells(row: object, ranks: QueryAnswer['ranks']): string[] {
  const rest = Object.entries(row).filter(([name]) => !(name in ranks))
  return rest.length === 0
    ? []
    : ['', rest.map(([name, cell]) => `${name} ${JSON.stringify(cell)}`).join(', ')]
}
