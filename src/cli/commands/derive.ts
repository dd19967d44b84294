import { formatNumber } from '../../report/format.js'
import type { Architecture } from '../../supernet/types.js'
import { command } from '../command.js'
import { names } from '../names.js'
import { integer, json, menu, number, out, path, required, runPluginOptions } from '../options.js'
import { force, outputOf } from '../output.js'
import { textTable } from '../table.js'

export const derive = command({
  usage: 'derive <run>',
  description: 'print the architecture that a run found, or the one that a classic rule derives',
  positionals: { run: path('the run’s folder') },
  options: {
    rule: {
      type: 'string',
      requiresArg: true,
      default: 'final',
      suggest: names.rules,
      describe: `${names.rules.join(', ')}; final: what the run found`,
    },
    step: {
      type: 'string',
      requiresArg: true,
      describe: 'read the gates after this many steps; the last by default',
    },
    threshold: {
      type: 'string',
      requiresArg: true,
      describe: 'rule threshold: share of its group’s mean weight that a member must have; 0.5 by default',
    },
    seed: {
      type: 'string',
      requiresArg: true,
      describe: 'rule sampling: another seed draws other members; the run’s by default',
    },
    menu,
    out: out('also write it to this file, as JSON'),
    force,
    ...runPluginOptions,
    json,
  },
  async run(args, context) {
    const step = integer(args, 'step', 1)
    const threshold = number(args, 'threshold', 0)
    const seed = integer(args, 'seed', 0)
    const size = number(args, 'menu', 0)
    const run = required(args, 'run')
    const { noteUnchecked } = await import('../unchecked.js')
    noteUnchecked(run, context)
    const file = outputOf(args, { inputs: [run] })
    const { deriveRun } = await import('../../runs/derive-run.js')
    const rule = required(args, 'rule')
    const { pluginsIn } = await import('../plugins.js')
    const architecture = await deriveRun(run, {
      ...(await pluginsIn(args, context)),
      rule,
      seed,
      step,
      threshold,
      menu: size,
    })
    if (file !== undefined) (await import('../../base/files.js')).writeJson(file, architecture)
    context.print(args.json ? JSON.stringify(architecture) : described(architecture))
    if (rule === 'final' && size === undefined) return
    for (const line of await comparison(run, architecture, step)) context.say(line)
  },
})

/** Lists the differences from the run's own architecture, if the run is finished. */
async function comparison(run: string, other: Architecture, step: number | undefined): Promise<string[]> {
  const { isFinished, readFinishedRun } = await import('../../runs/run-folder.js')
  if (!isFinished(run)) return []
  const { differencesFrom } = await import('../../report/differences.js')
  const lines = differencesFrom(readFinishedRun(run).architecture, other)
  if (lines.length > 0)
    return ['different from the run’s own architecture:', ...lines.map((line) => `  ${line}`)]
  const hint = step === undefined ? '; --step reads the gates as they were earlier' : ''
  return [`nothing differs from the run’s own architecture${hint}`]
}

function described({ space, groups }: Architecture): string {
  const rows = groups.map(({ name, kind, kept, of }) => [
    name,
    `${kept.length} of ${of}`,
    kind === 'units'
      ? 'units'
      : kept.map(({ member, gate }) => `${member} (${formatNumber(gate)})`).join(', '),
  ])
  return textTable([[`group of ${space}`, 'kept', 'what, with its gate'], ...rows], 3)
}
