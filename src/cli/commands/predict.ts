import { command, files } from '../command.js'
import { json, out, path, required } from '../options.js'
import { force, outputOf } from '../output.js'

export const predict = command({
  usage: 'predict <model>',
  description: 'predict every row of a file with a run’s model',
  positionals: { model: path('the folder of a model, or of its run') },
  options: {
    data: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      suggest: [files],
      describe: 'a file or folder of the format that the model was trained on',
    },
    out: out('a CSV file; stdout by default'),
    force,
    json,
  },
  async run(args, { print, say }) {
    const [model, data] = [required(args, 'model'), required(args, 'data')]
    const to = outputOf(args, { inputs: [data, model] })
    const { useBackend } = await import('../../backend/index.js')
    const { writeAtomic } = await import('../../base/files.js')
    const { predictFile, predictionsCsv } = await import('../../runs/predict-file.js')
    await useBackend('wasm')
    const predictions = await predictFile(model, data)
    if (to !== undefined) writeAtomic(to, predictionsCsv(predictions))
    if (args.json)
      return print(
        JSON.stringify(to === undefined ? predictions : { out: to, rows: predictions.places.length }),
      )
    if (to === undefined) return print(predictionsCsv(predictions).trimEnd())
    say(`${to}: ${predictions.places.length} rows`)
  },
})
