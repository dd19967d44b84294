import { isFinished, readFinishedRun, readRunConfig } from '../../runs/run-folder.js'
import { resumeRun } from '../../runs/search-run.js'
import { command } from '../command.js'
import { json, path, quiet, required, workers } from '../options.js'
import { tellOutcome, withOutcome } from '../run-outcome.js'

export const resume = command({
  usage: 'resume <run>',
  description: 'go on with an interrupted run, bit for bit as if it had never stopped',
  positionals: { run: path('the run’s folder') },
  options: { workers, json, quiet },
  run(args, context) {
    const run = required(args, 'run')
    const config = readRunConfig(run)
    if (isFinished(run)) {
      context.say(`${run}: the run is finished, nothing is left to do`)
      return tellOutcome(args, context, readFinishedRun(run))
    }
    const remedy = `sentei resume ${run}`
    return withOutcome(args, context, { config, remedy }, (hooks) => resumeRun(run, hooks))
  },
})
