import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import { wrapLines } from '../../base/wrap.js'
import { command, files, type Arguments, type CommandContext } from '../command.js'
import { names } from '../names.js'
import { json, out, text, runPluginOptions } from '../options.js'
import { force, outputOf } from '../output.js'

const actions = ['list', 'show', 'validate', 'freeze']

export const schedule = command({
  usage: 'schedule <action> [schedule]',
  description: 'list the presets, show a schedule, check one, or freeze what a run used',
  positionals: {
    action: { type: 'string', suggest: actions, describe: actions.join(', ') },
    schedule: {
      type: 'string',
      suggest: [...names.presets, files],
      describe: 'a preset, a JSON file, a configuration, or the folder of a run',
    },
  },
  options: {
    supernet: {
      type: 'string',
      requiresArg: true,
      suggest: names.spaces,
      describe: 'compile it for a search space',
    },
    options: { type: 'string', requiresArg: true, describe: 'the space’s options, as YAML: "{ cells: 4 }"' },
    relaxation: {
      type: 'string',
      requiresArg: true,
      suggest: names.relaxations,
      describe: 'gates by default',
    },
    iterations: {
      type: 'string',
      requiresArg: true,
      describe: 'compile it for this many iterations; 1000 by default',
    },
    epochs: { type: 'string', requiresArg: true, describe: 'the number of epochs, for times in epochs' },
    csv: { type: 'boolean', default: false, describe: 'λ[t, k] as schedule.csv' },
    svg: { type: 'boolean', default: false, describe: 'λ[t, k] as a drawing' },
    out: out('write there instead of printing'),
    force,
    ...runPluginOptions,
    json,
  },
  async run(args, context) {
    const action = text(args, 'action')!
    if (!actions.includes(action))
      throw new InputError(
        `schedule: expected one of ${actions.join(', ')}, got "${action}"${didYouMean(action, actions)}`,
      )
    if (action === 'list') return context.print(await listed(args, context))
    const name = text(args, 'schedule')
    if (action === 'freeze') return freeze(name, args, context)
    if (name === undefined)
      throw new InputError(
        `schedule ${action}: expected a preset, a JSON file, a configuration or a run; presets: ${names.presets.join(', ')}`,
      )
    const { namedSchedule } = await import('../../runs/schedule-view.js')
    const { compiled, shownSchedule } = await import('../shown-schedule.js')
    // A configuration may name more plugins than the options.
    const told = new Set<string>()
    const say = (line: string) => void (told.has(line) || (told.add(line), context.say(line)))
    const { loadConfigured, pluginsIn } = await import('../plugins.js')
    const extensions = await pluginsIn(args, { say })
    const compiledSchedule = compiled(
      await namedSchedule(name, extensions, (path) => loadConfigured(path, {}, args, { say })),
      args,
      extensions,
    )
    if (action === 'show') return tell(shownSchedule(compiledSchedule, args), args, context)
    const { kind, view, document } = compiledSchedule
    const { knownRule } = await import('../../setup/fit-check.js')
    if (kind === 'schedule') knownRule(document.prune.rule, extensions.rules)
    const parts = [
      ...(view ? [`${view.layers.length} layers, ${view.steps} iterations`] : []),
      ...(document.planner ? [`planned by ${document.planner.name}`] : []),
    ]
    const of = parts.length > 0 ? `: ${parts.join(', ')}` : ''
    context.print(
      args.json
        ? JSON.stringify({
            schedule: name,
            kind,
            valid: true,
            compiled: view !== undefined,
            ...(document.planner && { planner: document.planner.name }),
          })
        : `${name}: valid${of}`,
    )
  },
})

async function listed(args: Arguments, { columns }: CommandContext): Promise<string> {
  const { presets: documents } = await import('../../presets.js')
  const presets = Object.entries(documents).map(([name, document]) => {
    const { description } = JSON.parse(document) as { readonly description: string }
    return { name, description }
  })
  if (args.json) return JSON.stringify({ presets })
  return wrapLines(presets.map(({ name, description }) => `${name}\n  ${description}`).join('\n'), columns)
}

async function freeze(run: string | undefined, args: Arguments, context: CommandContext): Promise<void> {
  if (run === undefined) throw new InputError('schedule freeze: expected the folder of a finished run')
  const { writeAtomic } = await import('../../base/files.js')
  const { freezeRun, scheduleText } = await import('../../runs/freeze-run.js')
  const { noteUnchecked } = await import('../unchecked.js')
  const into = outputOf(args, { inputs: [run] })
  noteUnchecked(run, context)
  const document = freezeRun(run)
  if (into !== undefined) writeAtomic(into, scheduleText(document))
  const { table, replay } = document
  if (into === undefined) context.print(scheduleText(document).trimEnd())
  else if (args.json)
    context.print(JSON.stringify({ schedule: into, rows: table!.length, removals: replay!.removals.length }))
  else context.print(into)
}

/** Prints a text, or writes it to `--out` and prints the path. */
async function tell(shown: string, args: Arguments, { print }: CommandContext): Promise<void> {
  const into = outputOf(args, { inputs: [text(args, 'schedule')] })
  if (into === undefined) return print(shown.trimEnd())
  const { writeAtomic } = await import('../../base/files.js')
  writeAtomic(into, `${shown.trimEnd()}\n`)
  print(into)
}
