import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { verifyKept } from '../../base/checksums.js'
import { reportRun } from '../../runs/report-run.js'
import { isFinished, readFinishedRun, readRunConfig } from '../../runs/run-folder.js'
import { resumeRun } from '../../runs/search-run.js'
import { command, type Arguments, type CommandContext } from '../command.js'
import { json, path, quiet, required, set, settings, workers } from '../options.js'
import { noteUnchecked } from '../unchecked.js'
import { tellOutcome, withOutcome } from '../run-outcome.js'

export const resume = command({
  usage: 'resume <run>',
  description:
    'go on with a run that was interrupted, bit for bit as if it had never stopped; or with one that diverged, with other settings',
  positionals: { run: path('the run’s folder') },
  options: {
    previous: {
      type: 'boolean',
      default: false,
      describe: 'from the checkpoint before the last one, where that is damaged',
    },
    set,
    workers,
    json,
    quiet,
  },
  async run(args, context) {
    const run = required(args, 'run')
    readRunConfig(run)
    noteUnchecked(run, context)
    const changed = settings(args)
    if (isFinished(run) && changed.length === 0) return tellFinished(run, args, context)
    const remedy = `sentei resume ${run}`
    const previous = Boolean(args.previous)
    return withOutcome(args, context, { remedy }, (hooks) =>
      resumeRun(run, { previous, set: changed, ...hooks }),
    )
  },
})

/** Nothing is left to do only where all of a run is there; its report can be written anew. */
async function tellFinished(run: string, args: Arguments, context: CommandContext): Promise<number> {
  const finished = readFinishedRun(run)
  verifyKept(run)
  if (existsSync(join(run, 'report.html'))) context.say(`${run}: the run is finished, nothing is left to do`)
  else
    context.say(
      `${run}: the run is finished; its report was gone, and is written anew: ${await reportRun(run)}`,
    )
  return tellOutcome(args, context, finished)
}
