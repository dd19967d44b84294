import { join } from 'node:path'
import { command, type Arguments } from '../command.js'
import { draftOptions, isConfiguration, requireNoDraft } from '../draft-options.js'
import type { Extensions } from '../../setup/setup-trial.js'
import type { DraftedFile } from '../drafted.js'
import {
  backend as backendOption,
  integer,
  json,
  menuSettings,
  out,
  path,
  quiet,
  required,
  timeLimit,
  seed,
  set,
  settings,
  strict,
  strictSettings,
  text,
  toleranceSettings,
  workers,
  pluginOptions,
} from '../options.js'

export const search = command({
  usage: 'search <config>',
  description: 'search for a small network, retrain it, and write the model and a report',
  positionals: {
    config: path(
      'a configuration (YAML or JSON), or data (a table, a folder of images, …) for which one is made',
    ),
  },
  options: {
    ...draftOptions,
    out: out('the run’s folder, new or empty; runs/NAME-seedN by default'),
    seed,
    backend: backendOption,
    time: {
      type: 'string',
      requiresArg: true,
      describe: 'how long the run may take: 90s, 10m or 2h; training is shortened to fit',
    },
    menu: {
      type: 'string',
      requiresArg: true,
      describe: 'sizes at which to keep an architecture, as shares of the supernet: 0.5,0.25,0.1',
    },
    tolerance: {
      type: 'string',
      requiresArg: true,
      describe: 'how much worse than the unpruned network the result may be: 0.01 is 1 %',
    },
    strict,
    set,
    workers,
    ...pluginOptions,
    json,
    quiet,
  },
  async run(args, context) {
    const given = required(args, 'config')
    const out = text(args, 'out')
    // Wrong options are refused before a configuration is written.
    const seconds = timeLimit(args)
    const sets = [
      ...settings(args),
      ...menuSettings(args),
      ...toleranceSettings(args),
      ...strictSettings(args),
    ]
    const seedGiven = integer(args, 'seed', 0)
    const { loadConfigured, pluginsIn } = await import('../plugins.js')
    const known = isConfiguration(given) ? undefined : await pluginsIn(args, context)
    const made = known && (await drafted(given, args, out, known))
    if (!made) requireNoDraft(given, args)
    if (made && !args.quiet) for (const line of [...made.lines, `saved    ${made.path}`]) context.say(line)
    const backend = text(args, 'backend')
    const set = {
      set: sets,
      seed: seedGiven,
      backend,
    }
    const path = made?.path ?? given
    const { config, folder, extensions } = await loadConfigured(path, set, args, context, known)
    const into = made?.into ?? out ?? join('runs', `${config.name}-seed${config.seed}`)
    const remedy = `sentei resume ${into}`
    const { searchRun } = await import('../../runs/search-run.js')
    const { timedRun } = await import('../../runs/timed-run.js')
    const { withOutcome } = await import('../run-outcome.js')
    const { metric } = config.objective
    return withOutcome(args, context, { remedy, metric }, (hooks) => {
      const run = { config, folder, out: into, ...extensions, ...hooks }
      // 0 is the start of the program, from which the time counts.
      return seconds === undefined ? searchRun(run) : timedRun({ ...run, seconds, began: 0 })
    })
  },
})

async function drafted(
  data: string,
  args: Arguments,
  out: string | undefined,
  known: Extensions,
): Promise<DraftedFile> {
  const { draftFor } = await import('../drafted.js')
  return draftFor(data, args, out, known)
}
