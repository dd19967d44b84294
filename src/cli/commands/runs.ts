import { formatCount, formatNumber, formatPercent, nothing } from '../../report/format.js'
import type { ListedRun, RunList } from '../../runs/list-runs.js'
import { command } from '../command.js'
import { json, path, text } from '../options.js'
import { textTable } from '../table.js'

export const runs = command({
  usage: 'runs [folder]',
  description: 'list the runs in a folder with their metric, size and criteria',
  positionals: { folder: path('the folder with the runs; runs by default') },
  options: { json },
  async run(args, { print, say }) {
    const { existsSync, statSync } = await import('node:fs')
    const { InputError } = await import('../../base/errors.js')
    const { listRuns } = await import('../../runs/list-runs.js')
    const folder = text(args, 'folder') ?? 'runs'
    if (!existsSync(folder) || !statSync(folder).isDirectory())
      throw new InputError(
        `${folder}: expected a folder with runs, got ${existsSync(folder) ? 'a file' : 'nothing there'}; "sentei runs FOLDER" lists those of another one`,
      )
    const runList = listRuns(folder)
    if (args.json) return print(JSON.stringify({ folder, ...runList }))
    if (runList.runs.length > 0) print(runTable(runList))
    else say(`${folder}: no run in it`)
    for (const { run, why } of runList.unreadable) say(`not read: ${run}: ${why}`)
  },
})

const runTable = ({ runs: all }: RunList): string =>
  textTable(
    [
      ['run', 'state', 'data', 'metric', 'validation', 'test', 'parameters', 'share', 'criteria', 'last'],
      ...all.map((run) => [
        run.run,
        run.retraining ? `${run.state}, retraining` : run.state,
        shortened(run.data ?? nothing),
        run.metric ?? nothing,
        formatNumber(run.validation),
        formatNumber(run.test),
        formatCount(run.parameters),
        formatPercent(run.share),
        criteriaText(run),
        `${run.last.slice(0, 10)} ${run.last.slice(11, 16)}Z`,
      ]),
    ],
    4,
  )

const criteriaText = ({ criteria }: ListedRun): string =>
  criteria === null ? nothing : criteria.of === 0 ? 'none' : criteria.passed ? 'met' : 'missed'

/** The name of data of many files, as much of it as a table can hold. */
const shortened = (name: string): string => (name.length > 30 ? `${name.slice(0, 29)}…` : name)
