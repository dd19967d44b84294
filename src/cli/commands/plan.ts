import { wrapLines } from '../../base/wrap.js'
import { command } from '../command.js'
import { requireConfiguration } from '../draft-options.js'
import { backend, json, path, required, set, settings, text, pluginOptions } from '../options.js'

export const plan = command({
  usage: 'plan <config>',
  description: 'estimate memory, time and feasible budgets of a search before it runs',
  positionals: { config: path('a YAML or JSON file') },
  options: { backend, set, ...pluginOptions, json },
  async run(args, { print, say, columns }) {
    requireConfiguration(required(args, 'config'))
    const { planRun } = await import('../../runs/plan-run.js')
    const name = text(args, 'backend')
    const given = { set: settings(args), backend: name }
    const { loadConfigured } = await import('../plugins.js')
    const { config, folder, extensions } = await loadConfigured(required(args, 'config'), given, args, {
      say,
    })
    const runPlan = await planRun(config, folder, extensions)
    if (args.json) return print(JSON.stringify(runPlan))
    const { planText } = await import('../plan-text.js')
    print(wrapLines(planText(runPlan), columns))
  },
})
