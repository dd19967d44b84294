import { readFinishedRun } from '../../runs/run-folder.js'
import { formatNumber } from '../../report/format.js'
import { command } from '../command.js'
import { json, path, required } from '../options.js'
import { textTable } from '../table.js'

export const derive = command({
  usage: 'derive <run>',
  description: 'print the architecture that a run found',
  positionals: { run: path('the run’s folder') },
  options: { json },
  run(args, { print }) {
    const { architecture } = readFinishedRun(required(args, 'run'))
    if (args.json) return print(JSON.stringify(architecture))
    const rows = architecture.groups.map(({ name, kind, kept, of }) => [
      `${name}  ${
        kind === 'units'
          ? `${kept.length} units`
          : kept.map(({ member, gate }) => `${member} (${formatNumber(gate)})`).join(', ')
      }`,
      `${kept.length} of ${of}`,
    ])
    print(textTable([[`${architecture.space}: group and what it kept`, 'members'], ...rows]))
  },
})
