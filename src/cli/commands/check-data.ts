import { wrapLines } from '../../base/wrap.js'
import { command } from '../command.js'
import { requireConfiguration } from '../draft-options.js'
import { json, path, required, set, settings, strict, strictSettings, pluginOptions } from '../options.js'

export const checkDataCommand = command({
  usage: 'check-data <config>',
  description: 'read and split the data, and warn of what may spoil a search',
  positionals: { config: path('a YAML or JSON file') },
  options: { strict, set, ...pluginOptions, json },
  async run(args, { print, say, columns }) {
    requireConfiguration(required(args, 'config'))
    const { checkData } = await import('../../data/check-data.js')
    const { prepareData } = await import('../../data/prepare.js')
    const { requirePlugins } = await import('../../setup/plugins/needs.js')
    const { requireTakes, spaceOf } = await import('../../setup/supernet-of.js')
    const { resolveTraining } = await import('../../train/training.js')
    const given = { set: [...settings(args), ...strictSettings(args)] }
    const { loadConfigured } = await import('../plugins.js')
    const { config, folder, extensions } = await loadConfigured(required(args, 'config'), given, args, {
      say,
    })
    requirePlugins('config.plugins', config.plugins, extensions.plugins)
    const space = spaceOf(config.supernet.space, 'config.supernet.space', extensions.spaces)
    const data = await prepareData(config, folder, extensions.readers)
    requireTakes(space, data.dataset, 'config.supernet.space', extensions.spaces)
    const report = checkData(data, config.objective)
    const { search, retrain } = resolveTraining(config, data)
    if (args.json) return print(JSON.stringify({ ...report, training: { search, retrain } }))
    const { dataText } = await import('../data-text.js')
    const { trainingLines } = await import('../training-text.js')
    print(
      wrapLines(
        [dataText(report), '', ...trainingLines({ search, retrain, teacher: config.data.teacher })].join(
          '\n',
        ),
        columns,
      ),
    )
  },
})
