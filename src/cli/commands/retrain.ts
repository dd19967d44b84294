import { InputError } from '../../base/errors.js'
import type { Config } from '../../config/config-schema.js'
import { command, files, type Arguments } from '../command.js'
import {
  integer,
  json,
  menu,
  number,
  out,
  path,
  quiet,
  required,
  seed,
  set,
  settings,
  text,
  workers,
  runPluginOptions,
} from '../options.js'

const allowed = ['retrain', 'criteria', 'name', 'backend']

export const retrain = command({
  usage: 'retrain <run>',
  description: 'train the architecture of a finished run again: longer, or with another seed',
  positionals: { run: path('the run’s folder') },
  options: {
    menu,
    architecture: {
      type: 'string',
      requiresArg: true,
      suggest: [files],
      describe: 'another architecture of its space: a file that derive or export wrote',
    },
    out: { ...out('the new run’s folder, new or empty'), demandOption: true },
    seed,
    set,
    workers,
    ...runPluginOptions,
    json,
    quiet,
  },
  async run(args, context) {
    const { noteUnchecked } = await import('../unchecked.js')
    const run = required(args, 'run')
    noteUnchecked(run, context)
    const configure = await configuring(args)
    const into = required(args, 'out')
    const architecture = text(args, 'architecture')
    const size = number(args, 'menu', 0)
    if (architecture !== undefined && size !== undefined)
      throw new InputError('--menu and --architecture: expected one of them, got both')
    const { pluginsIn } = await import('../plugins.js')
    const extensions = await pluginsIn(args, context)
    const remedy = `rm -r ${into} && sentei retrain ${run} --out ${into}`
    const { retrainRun } = await import('../../runs/retrain-run.js')
    const { withOutcome } = await import('../run-outcome.js')
    return withOutcome(args, context, { remedy }, (hooks) =>
      retrainRun({ run, menu: size, architecture, configure, out: into, ...extensions, ...hooks }),
    )
  },
})

/**
 * Applies the command's settings to a configuration. Settings of the search are refused, because the search
 * is over.
 */
async function configuring(args: Arguments): Promise<(config: Config) => Config> {
  const { resolveConfig } = await import('../../config/load-config.js')
  const { applySetting, parseSetting } = await import('../../config/settings.js')
  return (config) => {
    const changed = structuredClone(config)
    for (const setting of settings(args).map(parseSetting)) {
      if (!allowed.includes(setting.path[0]!))
        throw new InputError(
          `${setting.text}: the search is over; only ${allowed.join(', ')} can be set when retraining`,
        )
      applySetting(changed, setting)
    }
    const seedGiven = integer(args, 'seed', 0)
    return resolveConfig({ ...changed, ...(seedGiven !== undefined && { seed: seedGiven }) })
  }
}
