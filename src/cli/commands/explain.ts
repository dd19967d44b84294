import { explanationText } from '../../report/explain-text.js'
import { explain as explainPart } from '../../report/explain.js'
import { readFailure, unfinished } from '../../runs/failure.js'
import { readRun } from '../../runs/read-run.js'
import { requireSearch } from '../../runs/run-folder.js'
import { command } from '../command.js'
import { json, path, required } from '../options.js'
import { noteUnchecked } from '../unchecked.js'

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
  run(args, context) {
    const folder = required(args, 'run')
    requireSearch(folder, 'explain a part of')
    noteUnchecked(folder, context)
    const explanation = explainPart(readRun(folder), required(args, 'part'))
    if (readFailure(folder)) context.say(`${folder}: ${unfinished(folder, false)}`)
    context.print(args.json ? JSON.stringify(explanation) : explanationText(explanation))
  },
})
