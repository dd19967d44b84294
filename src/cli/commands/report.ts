import { reportRun } from '../../runs/report-run.js'
import { command } from '../command.js'
import { json, path, required } from '../options.js'
import { noteUnchecked } from '../unchecked.js'

export const report = command({
  usage: 'report <run>',
  description: 'write a run’s report.html anew, finished or not',
  positionals: { run: path('the run’s folder') },
  options: { json },
  async run(args, context) {
    noteUnchecked(required(args, 'run'), context)
    const report = await reportRun(required(args, 'run'))
    context.print(args.json ? JSON.stringify({ report }) : report)
  },
})
