import { formatNumber } from '../../report/format.js'
import type { Predictions } from '../../runs/predict-file.js'
import { command, files } from '../command.js'
import { json, out, path, required, pluginOptions } from '../options.js'
import { force, outputOf } from '../output.js'

export const predict = command({
  usage: 'predict <model>',
  description: 'predict every row of a file with a run’s model',
  positionals: { model: path('the folder of a model or of its run, or an ONNX file') },
  options: {
    data: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      suggest: [files],
      describe: 'a file or folder of the format that the model was trained on',
    },
    out: out('a CSV file; stdout by default'),
    strict: {
      type: 'boolean',
      default: false,
      describe: 'refuse the file at the first row with a value that the model does not know',
    },
    force,
    ...pluginOptions,
    json,
  },
  async run(args, { print, say }) {
    const [model, data] = [required(args, 'model'), required(args, 'data')]
    const to = outputOf(args, { inputs: [data, model] })
    const { brokenNotes } = await import('../../data/reading.js')
    const { useBackend } = await import('../../backend/index.js')
    const { writeAtomic } = await import('../../base/files.js')
    const { isRefused } = await import('../../runs/model-folder.js')
    const { predictFile } = await import('../../runs/predict-file.js')
    const { metricTitle } = await import('../../objective/metric-title.js')
    const { predictionsCsv } = await import('../../runs/predictions-csv.js')
    await useBackend('wasm')
    const { pluginsIn } = await import('../plugins.js')
    const { readers = [] } = await pluginsIn(args, { say })
    const predictions = await predictFile(model, data, readers, { strict: args.strict === true })
    for (const note of brokenNotes(predictions)) say(`warning: ${note}`)
    if (isRefused(model)) say(`${model}: its model is refused: it does not meet its criteria; see card.md`)
    for (const warning of predictions.warnings) say(warning)
    if (to !== undefined) writeAtomic(to, predictionsCsv(predictions))
    const { places, counts, scores, unscored, warnings, broken } = predictions
    if (args.json) {
      const told = {
        counts,
        warnings,
        broken,
        scores,
        unscored,
      }
      return print(JSON.stringify(to === undefined ? predictions : { out: to, rows: places.length, ...told }))
    }
    if (to === undefined) print(predictionsCsv(predictions).trimEnd())
    else say(`${to}: ${places.length + (broken?.length ?? 0)} rows`)
    say(countsLine(counts))
    for (const line of scoreLines(predictions, metricTitle)) say(line)
  },
})

/** `190 ok, 6 new category in supplier, 4 missing Druck; 4 without a prediction`. */
function countsLine({ ok, remarks, refused }: Predictions['counts']): string {
  const told = [`${ok} ok`, ...Object.entries(remarks).map(([text, count]) => `${count} ${text}`)]
  return `${told.join(', ')}${refused > 0 ? `; ${refused} without a prediction` : ''}`
}

function scoreLines(
  { places, counts, scores, unscored }: Predictions,
  titleOf: (metric: string) => string,
): string[] {
  if (unscored !== undefined) return [`not scored: ${unscored}`]
  const told = Object.entries(scores ?? {}).map(([name, value]) => `${titleOf(name)} ${formatNumber(value)}`)
  const rows = places.length - counts.refused
  return told.length === 0 ? [] : [`${told.join(', ')} on ${rows} rows with targets`]
}
