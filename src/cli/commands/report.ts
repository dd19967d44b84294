import { command } from '../command.js'
import { json, path, required } from '../options.js'

export const report = command({
  usage: 'report <run>',
  description: 'write report.html of a run again, finished or not',
  positionals: { run: path('the run’s folder') },
  options: { json },
  async run(args, context) {
    const { reportRun } = await import('../../runs/report-run.js')
    const { noteUnchecked } = await import('../unchecked.js')
    noteUnchecked(required(args, 'run'), context)
    const report = await reportRun(required(args, 'run'))
    context.print(args.json ? JSON.stringify({ report }) : report)
  },
})
