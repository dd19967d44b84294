import { command } from '../command.js'
import { json, path, required } from '../options.js'

export const explain = command({
  usage: 'explain <run> <part>',
  description: 'say why a part of the supernet was removed, or why it stayed',
  positionals: {
    run: path('the run’s folder'),
    part: {
      type: 'string',
      describe: 'a layer, a group (edge, node, units), or GROUP/MEMBER; -> stands for →',
    },
  },
  options: { json },
  async run(args, context) {
    const { explanationText } = await import('../../report/explain-text.js')
    const { explain: explainPart } = await import('../../report/explain.js')
    const { readFailure, unfinished } = await import('../../runs/failure.js')
    const { readRun } = await import('../../runs/read-run.js')
    const { requireSearch } = await import('../../runs/run-folder.js')
    const { noteUnchecked } = await import('../unchecked.js')
    const folder = required(args, 'run')
    requireSearch(folder, 'explain a part of')
    noteUnchecked(folder, context)
    const explanation = explainPart(readRun(folder), required(args, 'part'))
    if (readFailure(folder)) context.say(`${folder}: ${unfinished(folder, false)}`)
    context.print(args.json ? JSON.stringify(explanation) : explanationText(explanation))
  },
})
