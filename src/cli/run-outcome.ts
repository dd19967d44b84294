import { join } from 'node:path'
import { Interrupted } from '../base/errors.js'
import { wrapLines } from '../base/wrap.js'
import type { MetricName } from '../config/metric-names.js'
import { checkData } from '../data/check-data.js'
import { readingLine } from '../data/reading.js'
import type { PreparedData, Reading } from '../data/types.js'
import { progressBar, type ProgressDisplay } from '../report/progress.js'
import { wayOn } from '../runs/failure.js'
import type { RunHooks } from '../runs/hooks.js'
import { criterionText, missedCriteria, modelFolderIn } from '../runs/model-folder.js'
import type { FinishedRun } from '../runs/run-folder.js'
import { Diverged } from '../train/diverged.js'
import { exitCodes, type Arguments, type CommandContext } from './command.js'
import { integer, timeLimit } from './options.js'
import { outcomeText } from './outcome-text.js'
import { beginningLines } from './plan-text.js'

/**
 * Runs a training with its progress shown, reports the outcome, and returns the exit code of the command.
 * `remedy` is the command that continues after an interrupt, `metric` that by which models are compared, if the
 * configuration names one.
 */
export async function withOutcome(
  args: Arguments,
  context: CommandContext,
  { remedy, metric }: { readonly remedy: string; readonly metric?: MetricName | undefined },
  work: (hooks: RunHooks) => Promise<FinishedRun>,
): Promise<number> {
  const progress = args.quiet ? undefined : progressOf(context)
  let finished: FinishedRun
  let reading: Reading | undefined
  try {
    const workers = integer(args, 'workers', 1)
    finished = await work({
      signal: context.signal,
      onStoppable: context.onStoppable,
      onNotice: context.say,
      onData: (data) => {
        reading = data.dataset.reading
        if (!args.quiet) for (const line of dataLines(data, metric)) context.say(line)
      },
      onPlan: args.quiet
        ? undefined
        : (plan) => {
            for (const line of beginningLines(plan, timeLimit(args))) context.say(line)
          },
      workers,
      ...(progress && { onEvent: (event) => progress.onEvent(event) }),
    })
  } catch (error) {
    progress?.stop()
    if (error instanceof Interrupted) context.say(`${error.message}; go on with "${remedy}"`)
    if (error instanceof Diverged)
      context.say(`change a setting and go on: "${remedy} --set ${wayOn(error.stage)}"`)
    throw error
  }
  progress?.stop()
  // An empty line between the progress and the table, which is on stdout.
  if (progress && !args.json) context.say('')
  return tellOutcome(args, context, finished, reading)
}

/** How the data was interpreted, and warnings about what may spoil a search. */
const dataLines = (data: PreparedData, metric: MetricName | undefined): string[] => {
  const { reading } = data.dataset
  // The warnings include the notes of the reading.
  const { warnings } = checkData(data, { metric })
  return [...(reading ? [readingLine(reading)] : []), ...warnings.map((warning) => `warning: ${warning}`)]
}

function progressOf({ stderr }: CommandContext): ProgressDisplay {
  return progressBar({ stream: stderr, isTTY: stderr.isTTY ?? false })
}

/**
 * Prints a finished run's table, or JSON that also tells how the data was interpreted. Returns 3 if the run
 * does not meet its criteria, otherwise 0.
 */
export function tellOutcome(
  args: Arguments,
  context: CommandContext,
  run: FinishedRun,
  reading?: Reading,
): number {
  const { folder, metrics, timings } = run
  const places = { report: join(folder, 'report.html'), model: join(folder, modelFolderIn(folder)) }
  if (args.json) context.print(JSON.stringify({ run: folder, ...places, metrics, timings, data: reading }))
  else context.print(wrapLines(outcomeText(run, places), context.columns))
  for (const criterion of missedCriteria(metrics))
    context.say(`criterion not met: ${criterionText(criterion)}`)
  return metrics.criteria.passed ? 0 : exitCodes.criteria
}
