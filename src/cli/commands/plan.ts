import { loadConfig } from '../../config/load-config.js'
import { planRun } from '../../runs/plan-run.js'
import { command } from '../command.js'
import { backend, json, path, required, set, settings, text } from '../options.js'
import { planText } from '../plan-text.js'

export const plan = command({
  usage: 'plan <config>',
  description: 'estimate memory, time and feasible budgets of a search before it runs',
  positionals: { config: path('a YAML or JSON file') },
  options: { backend, set, json },
  async run(args, { print }) {
    const name = text(args, 'backend')
    const { config, folder } = loadConfig(required(args, 'config'), {
      set: settings(args),
      ...(name !== undefined && { backend: name }),
    })
    const found = await planRun(config, folder)
    print(args.json ? JSON.stringify(found) : planText(found))
  },
})
