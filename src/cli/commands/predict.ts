import { useBackend } from '../../backend/index.js'
import { writeAtomic } from '../../base/files.js'
import { predictFile, predictionsCsv } from '../../runs/predict-file.js'
import { command } from '../command.js'
import { json, out, path, required, text } from '../options.js'

export const predict = command({
  usage: 'predict <model>',
  description: 'predict every row of a file with a run’s model',
  positionals: { model: path('the folder of a model, or of its run') },
  options: {
    data: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      describe: 'a file or folder of the format that the model was trained on',
    },
    out: out('a CSV file; stdout by default'),
    json,
  },
  async run(args, { print, say }) {
    await useBackend('wasm')
    const predictions = await predictFile(required(args, 'model'), required(args, 'data'))
    const to = text(args, 'out')
    if (to !== undefined) writeAtomic(to, predictionsCsv(predictions))
    if (args.json)
      return print(
        JSON.stringify(to === undefined ? predictions : { out: to, rows: predictions.places.length }),
      )
    if (to === undefined) return print(predictionsCsv(predictions).trimEnd())
    say(`${to}: ${predictions.places.length} rows`)
  },
})
