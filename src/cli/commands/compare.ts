import { dirname, join } from 'node:path'
import { Interrupted } from '../../base/errors.js'
import { wrapLines } from '../../base/wrap.js'
import type { ComparisonProgress } from '../../contest/compare.js'
import { command } from '../command.js'
import { json, out, path, quiet, required } from '../options.js'

export const compare = command({
  usage: 'compare <file>',
  description: 'compare methods on data sets over several seeds, with paired tests',
  positionals: { file: path('a YAML or JSON file: sets, sizes, methods, seeds') },
  options: {
    out: {
      ...out('the comparison’s folder; trials that it already has are not run again'),
      demandOption: true,
    },
    json,
    quiet,
  },
  async run(args, { print, say, signal, onStoppable, columns }) {
    const file = required(args, 'file')
    const into = required(args, 'out')
    const { readDocument } = await import('../../config/document.js')
    const { compareRun } = await import('../../contest/compare-run.js')
    const { progressText, resultsText } = await import('../comparison-text.js')
    const { value, locate } = readDocument(file, 'comparison')
    onStoppable?.(true)
    try {
      const { summary } = await compareRun({
        comparison: value as object,
        locate,
        folder: dirname(file),
        out: into,
        signal,
        onNotice: say,
        ...(!args.quiet && { onProgress: (progress: ComparisonProgress) => say(progressText(progress)) }),
      })
      print(
        args.json
          ? JSON.stringify({ comparison: into, ...summary })
          : wrapLines(resultsText(summary), columns),
      )
      if (!args.quiet)
        say(`saved    ${join(into, 'results.csv')}; ${join(into, 'summary.md')} has all figures and tests`)
    } catch (error) {
      if (error instanceof Interrupted)
        say(`${error.message}; go on with "sentei compare ${file} --out ${into}"`)
      throw error
    } finally {
      onStoppable?.(false)
    }
  },
})
