import { wrapLines } from '../../base/wrap.js'
import { command } from '../command.js'
import { requireConfiguration } from '../draft-options.js'
import { backend, json, path, required, set, settings, text } from '../options.js'

export const plan = command({
  usage: 'plan <config>',
  description: 'estimate memory, time and feasible budgets of a search before it runs',
  positionals: { config: path('a YAML or JSON file') },
  options: { backend, set, json },
  async run(args, { print, columns }) {
    requireConfiguration(required(args, 'config'))
    const { loadConfig } = await import('../../config/load-config.js')
    const { planRun } = await import('../../runs/plan-run.js')
    const name = text(args, 'backend')
    const { config, folder } = loadConfig(required(args, 'config'), {
      set: settings(args),
      ...(name !== undefined && { backend: name }),
    })
    const found = await planRun(config, folder)
    if (args.json) return print(JSON.stringify(found))
    const { planText } = await import('../plan-text.js')
    print(wrapLines(planText(found), columns))
  },
})
