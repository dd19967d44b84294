import { dirname, join } from 'node:path'
import { InputError, Interrupted } from '../../base/errors.js'
import { wrapLines } from '../../base/wrap.js'
import type { PluginNeed } from '../../config/plugins-schema.js'
import type { ComparisonProgress } from '../../compare/compare.js'
import { command } from '../command.js'
import { redisCa } from '../fleet-options.js'
import { integer, json, out, path, quiet, required, pluginOptions } from '../options.js'

export const compare = command({
  usage: 'compare <file>',
  description: 'compare methods on data sets over several seeds, with paired tests',
  positionals: { file: path('a YAML or JSON file: sets, sizes, methods, seeds') },
  options: {
    out: {
      ...out('the comparison’s folder; trials that it already has are not run again'),
      demandOption: true,
    },
    ablate: {
      type: 'string',
      describe: 'also run a method without each part of its schedule; the preregistered one by default',
    },
    workers: {
      type: 'string',
      requiresArg: true,
      describe: 'the number of trials that run at a time; half of the cores by default',
    },
    queue: {
      type: 'string',
      requiresArg: true,
      describe: 'run the trials on machines with "sentei worker": the address of a Redis, redis://HOST:PORT',
    },
    'redis-ca': redisCa,
    ...pluginOptions,
    json,
    quiet,
  },
  async run(args, { print, say, signal, onStoppable, columns }) {
    const file = required(args, 'file')
    const into = required(args, 'out')
    const workers = integer(args, 'workers', 1)
    const { readDocument } = await import('../../config/document.js')
    const { compareRun } = await import('../../compare/compare-run.js')
    const { progressText, resultsText } = await import('../comparison-text.js')
    const { queuedExecutor } = await import('../queued.js')
    const { value, locate } = readDocument(file, 'comparison')
    const { loaded, namedIn, withoutPaths } = await import('../plugins.js')
    const { paths, document } = withoutPaths(value as Document, dirname(file), file)
    const plugins = [...namedIn(args), ...paths]
    if (plugins.length > 0 && args.queue !== undefined)
      throw new InputError(
        `--queue: expected no plugin, because machines behind a queue load none, got ${plugins[0]}; compare with --workers`,
      )
    const extensions = await loaded(args, plugins, { say })
    const executor = await queuedExecutor(args, { file, folder: dirname(file) }, { say })
    onStoppable?.(true)
    try {
      const { summary } = await compareRun({
        comparison: withAblation(document, args.ablate as string | undefined),
        locate,
        file,
        folder: dirname(file),
        out: into,
        ...extensions,
        workers,
        executor,
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
        say(
          `${error.message}; go on with "sentei compare ${file} --out ${into}${executor ? ' --queue …' : ''}"`,
        )
      throw error
    } finally {
      executor?.dispose()
      onStoppable?.(false)
    }
  },
})

interface Document {
  readonly plugins?: readonly (string | PluginNeed)[]
  readonly methods?: object
  readonly preregistered?: { readonly method?: string }
}

/** The document with the method of `--ablate`: if none is named, the preregistered or the first one. */
function withAblation(document: Document, method: string | undefined): object {
  if (method === undefined) return document
  const usual = document.preregistered?.method ?? Object.keys(document.methods ?? {})[0]
  return { ...document, ablate: method === '' ? usual : method }
}
