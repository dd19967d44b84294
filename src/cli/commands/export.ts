import { command, type CommandContext } from '../command.js'
import { names } from '../names.js'
import { json, menu, number, out, path, required, text, runPluginOptions } from '../options.js'
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
    'fold-norms': {
      type: 'boolean',
      default: false,
      describe: 'onnx: fold batch norms into the convolutions before them',
    },
    precision: {
      type: 'string',
      requiresArg: true,
      suggest: names.precisions,
      describe: `layers, onnx: how weights are stored: ${names.precisions.join(', ')} (onnx only); float32 by default`,
    },
    unverified: {
      type: 'boolean',
      default: false,
      describe: 'onnx: write the model although onnxruntime-web, which verifies it, is not installed',
    },
    out: { ...out('where to write; a folder for layers, else a file'), demandOption: true },
    refused: {
      type: 'boolean',
      default: false,
      describe: 'layers, onnx: export the model although it misses its criteria',
    },
    force,
    ...runPluginOptions,
    json,
  },
  async run(args, context) {
    const { exporterOf, exportRun, precisionIn } = await import('../../runs/formats.js')
    const { noteUnchecked } = await import('../unchecked.js')
    const [run, format] = [required(args, 'run'), required(args, 'format')]
    noteUnchecked(run, context)
    const { model } = exporterOf(format)
    const to = outputOf(args, { inputs: [run], ...(model?.files && { files: model.files }) })!
    const wanted = text(args, 'precision')
    const precision = wanted === undefined ? undefined : precisionIn(format, wanted)
    const isPrecise = precision !== undefined && precision !== 'float32'
    const size = number(args, 'menu', 0)
    const [foldNorms, unverified] = [Boolean(args['fold-norms']), Boolean(args.unverified)]
    const refused = Boolean(args.refused)
    const { pluginsIn } = await import('../plugins.js')
    const { readers, plugins } = await pluginsIn(args, context)
    await exportRun(run, format, to, size, {
      foldNorms,
      unverified,
      refused,
      precision,
      readers,
      plugins,
    })
    if (refused && model) await noteRefused(run, context)
    const { exportedLines } = await import('../exported-text.js')
    if (model) for (const line of exportedLines(run, to, model.exported(to, isPrecise))) context.say(line)
    context.print(args.json ? JSON.stringify({ run, format, out: to }) : to)
  },
})

/** Says that a model was exported against its criteria. */
async function noteRefused(run: string, { say }: CommandContext): Promise<void> {
  const { isRefused, refusalText } = await import('../../runs/model-folder.js')
  const { readFinishedRun } = await import('../../runs/run-folder.js')
  if (!isRefused(run)) return
  say(`${run}: exported although it does not meet its criteria: ${refusalText(readFinishedRun(run).metrics)}`)
}
