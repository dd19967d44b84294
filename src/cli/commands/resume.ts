import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { command, type Arguments, type CommandContext } from '../command.js'
import { json, path, quiet, required, set, settings, workers, runPluginOptions } from '../options.js'

export const resume = command({
  usage: 'resume <run>',
  description: 'go on with a run that was interrupted, or with other settings if it diverged',
  positionals: { run: path('the run’s folder') },
  options: {
    previous: {
      type: 'boolean',
      default: false,
      describe: 'start from the checkpoint before the last one, if the last is damaged',
    },
    set,
    workers,
    ...runPluginOptions,
    json,
    quiet,
  },
  async run(args, context) {
    const { isFinished, readRunConfig } = await import('../../runs/run-folder.js')
    const { noteUnchecked } = await import('../unchecked.js')
    const run = required(args, 'run')
    const { metric } = readRunConfig(run).objective
    noteUnchecked(run, context)
    const changed = settings(args)
    if (isFinished(run) && changed.length === 0) return tellFinished(run, args, context)
    const { pluginsIn } = await import('../plugins.js')
    const extensions = await pluginsIn(args, context)
    const remedy = `sentei resume ${run}`
    const previous = Boolean(args.previous)
    const { resumeRun } = await import('../../runs/search-run.js')
    const { withOutcome } = await import('../run-outcome.js')
    return withOutcome(args, context, { remedy, metric }, (hooks) =>
      resumeRun(run, { previous, set: changed, ...extensions, ...hooks }),
    )
  },
})

/**
 * Reports the outcome of a run that is already finished. Verifies its files, and writes a missing report
 * again.
 */
async function tellFinished(run: string, args: Arguments, context: CommandContext): Promise<number> {
  const { verifyKept } = await import('../../base/checksums.js')
  const { reportRun } = await import('../../runs/report-run.js')
  const { readFinishedRun } = await import('../../runs/run-folder.js')
  const { tellOutcome } = await import('../run-outcome.js')
  const finished = readFinishedRun(run)
  verifyKept(run)
  if (existsSync(join(run, 'report.html'))) context.say(`${run}: the run is finished, nothing is left to do`)
  else
    context.say(
      `${run}: the run is finished; its report was missing and has been written again: ${await reportRun(run)}`,
    )
  return tellOutcome(args, context, finished)
}
