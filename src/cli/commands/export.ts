import { command } from '../command.js'
import { names } from '../names.js'
import { json, menu, number, out, path, required } from '../options.js'
import { force, outputOf } from '../output.js'

export const exportCommand = command({
  usage: 'export <run>',
  description: 'write the network of a finished run as a model, a document or a drawing',
  positionals: { run: path('the run’s folder') },
  options: {
    format: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      suggest: names.formats,
      describe: `${names.formats.join(', ')}; layers is a TensorFlow.js model`,
    },
    menu,
    out: { ...out('where to write; a folder for layers, else a file'), demandOption: true },
    force,
    json,
  },
  async run(args, context) {
    const { exportRun } = await import('../../export/formats.js')
    const { modelFiles } = await import('../../export/model-content.js')
    const { noteUnchecked } = await import('../unchecked.js')
    const [run, format] = [required(args, 'run'), required(args, 'format')]
    noteUnchecked(run, context)
    const to = outputOf(args, { inputs: [run], ...(format === 'layers' && { files: modelFiles }) })!
    const size = number(args, 'menu', 0)
    await exportRun(run, format, to, size)
    context.print(args.json ? JSON.stringify({ run, format, out: to }) : to)
  },
})
