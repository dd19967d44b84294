import { writeJson } from '../../base/files.js'
import { deriveRules, deriveRun, type DeriveRule } from '../../runs/derive-run.js'
import { formatNumber } from '../../report/format.js'
import type { Architecture } from '../../supernet/types.js'
import { command } from '../command.js'
import { integer, json, menu, number, out, path, required, text } from '../options.js'
import { textTable } from '../table.js'

export const derive = command({
  usage: 'derive <run>',
  description: 'print the architecture that a run found, or what a classic rule makes of it, finished or not',
  positionals: { run: path('the run’s folder') },
  options: {
    rule: {
      type: 'string',
      requiresArg: true,
      default: 'final',
      describe: `${deriveRules.join(', ')}; final: what the search ended with`,
    },
    epoch: {
      type: 'string',
      requiresArg: true,
      describe: 'by the gates at the end of this epoch, from 1; by default the last',
    },
    threshold: {
      type: 'string',
      requiresArg: true,
      describe: 'rule threshold: share of its group’s mean weight that a member must have; 0.5 by default',
    },
    menu,
    out: out('also write it to this file, as JSON'),
    json,
  },
  async run(args, { print }) {
    const epoch = integer(args, 'epoch', 1)
    const threshold = number(args, 'threshold', 0)
    const size = number(args, 'menu', 0)
    const architecture = await deriveRun(required(args, 'run'), {
      rule: required(args, 'rule') as DeriveRule,
      ...(epoch !== undefined && { epoch }),
      ...(threshold !== undefined && { threshold }),
      ...(size !== undefined && { menu: size }),
    })
    const file = text(args, 'out')
    if (file !== undefined) writeJson(file, architecture)
    print(args.json ? JSON.stringify(architecture) : described(architecture))
  },
})

function described({ space, groups }: Architecture): string {
  const rows = groups.map(({ name, kind, kept, of }) => [
    `${name}  ${
      kind === 'units'
        ? `${kept.length} units`
        : kept.map(({ member, gate }) => `${member} (${formatNumber(gate)})`).join(', ')
    }`,
    `${kept.length} of ${of}`,
  ])
  return textTable([[`${space}: group and what it kept`, 'members'], ...rows])
}
