import { exportFormats, exportRun } from '../../export/formats.js'
import { command } from '../command.js'
import { json, menu, number, out, path, required } from '../options.js'

export const exportCommand = command({
  usage: 'export <run>',
  description: 'write a finished run’s result in another form',
  positionals: { run: path('the run’s folder') },
  options: {
    format: { type: 'string', demandOption: true, requiresArg: true, describe: exportFormats.join(', ') },
    menu,
    out: { ...out('where to write; a folder for layers, else a file'), demandOption: true },
    json,
  },
  async run(args, { print }) {
    const [run, format, to] = ['run', 'format', 'out'].map((name) => required(args, name)) as [
      string,
      string,
      string,
    ]
    const size = number(args, 'menu', 0)
    await exportRun(run, format, to, size)
    print(args.json ? JSON.stringify({ run, format, out: to }) : to)
  },
})
