import { join } from 'node:path'
import { command } from '../command.js'
import {
  backend as backendOption,
  integer,
  json,
  menuSettings,
  out,
  path,
  quiet,
  required,
  seed,
  set,
  settings,
  text,
  toleranceSettings,
  workers,
} from '../options.js'

export const search = command({
  usage: 'search <config>',
  description: 'search, prune, derive, retrain, judge and export',
  positionals: { config: path('a YAML or JSON file') },
  options: {
    out: out('the run’s folder, new or empty; runs/NAME-seedN by default'),
    seed,
    backend: backendOption,
    menu: {
      type: 'string',
      requiresArg: true,
      describe: 'sizes that the budget falls through, as 0.5,0.25,0.1; the architecture at each is kept',
    },
    tolerance: {
      type: 'string',
      requiresArg: true,
      describe: 'the smallest is wanted whose error is so much above the unpruned network’s, as 0.01',
    },
    set,
    workers,
    json,
    quiet,
  },
  async run(args, context) {
    const { loadConfig } = await import('../../config/load-config.js')
    const seedGiven = integer(args, 'seed', 0)
    const backend = text(args, 'backend')
    const { config, folder } = loadConfig(required(args, 'config'), {
      set: [...settings(args), ...menuSettings(args), ...toleranceSettings(args)],
      ...(seedGiven !== undefined && { seed: seedGiven }),
      ...(backend !== undefined && { backend }),
    })
    const into = text(args, 'out') ?? join('runs', `${config.name}-seed${config.seed}`)
    const remedy = `sentei resume ${into}`
    const { searchRun } = await import('../../runs/search-run.js')
    const { withOutcome } = await import('../run-outcome.js')
    return withOutcome(args, context, { remedy }, (hooks) =>
      searchRun({ config, folder, out: into, ...hooks }),
    )
  },
})
