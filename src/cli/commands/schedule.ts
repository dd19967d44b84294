import type { ScheduleDocument } from '../../config/schedule-schema.js'
import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import { presetNames } from '../../registry.js'
import { compileFor, resolveSchedule, sampleSupernet } from '../../runs/setup.js'
import { scheduleCsv } from '../../schedule/rows.js'
import { timeText as percent } from '../../schedule/time.js'
import type { Schedule } from '../../schedule/types.js'
import { command, type Arguments } from '../command.js'
import { integer, json, path, text } from '../options.js'
import { textTable } from '../table.js'

const actions = ['list', 'show', 'validate']

export const schedule = command({
  usage: 'schedule <action> [schedule]',
  description: 'list the presets, show a schedule, or check one',
  positionals: {
    action: { type: 'string', describe: actions.join(', ') },
    schedule: path('a preset’s name or a JSON file'),
  },
  options: {
    supernet: { type: 'string', requiresArg: true, describe: 'compile it for a search space' },
    iterations: { type: 'string', requiresArg: true, describe: 'compile it for so many; 1000 by default' },
    csv: { type: 'boolean', default: false, describe: 'print the compiled λ[t, k] as schedule.csv' },
    json,
  },
  run(args, { print }) {
    const action = text(args, 'action')!
    if (!actions.includes(action))
      throw new InputError(
        `schedule: expected one of ${actions.join(', ')}, got "${action}"${didYouMean(action, actions)}`,
      )
    if (action === 'list') return print(listed(args))
    const name = text(args, 'schedule')
    if (name === undefined)
      throw new InputError(
        `schedule ${action}: expected a preset or a JSON file; presets: ${presetNames().join(', ')}`,
      )
    const document = resolveSchedule(name, '.', 'schedule')
    const compiled = text(args, 'supernet') === undefined && !args.csv ? undefined : compile(document, args)
    if (action === 'validate')
      return print(args.json ? JSON.stringify({ schedule: name, valid: true }) : `${name}: valid`)
    if (args.json) return print(JSON.stringify(args.csv ? compiled : document))
    print(args.csv ? scheduleCsv(compiled!).trimEnd() : describe(document))
  },
})

function listed(args: Arguments): string {
  const presets = presetNames().map((name) => ({ name, description: resolveSchedule(name, '.').description }))
  if (args.json) return JSON.stringify({ presets })
  return presets.map(({ name, description }) => `${name}\n  ${description}`).join('\n')
}

/** Compiles for a space with its default options and a small input, which is all that λ depends on. */
function compile(document: ScheduleDocument, args: Arguments): Schedule {
  const space = text(args, 'supernet')
  if (space === undefined) throw new InputError('--csv: needs --supernet, for λ is a table over its layers')
  return compileFor(document, sampleSupernet(space), integer(args, 'iterations', 1) ?? 1000, 'gates')
}

function describe({ name, description, phases, prune }: ScheduleDocument): string {
  const starts = [0, ...phases.map(({ until }) => until)]
  const rows = phases.flatMap((phase, i) => [
    [`${phase.name}: ${percent(starts[i]!)} to ${percent(phase.until)}, gates ${phase.gates}`, ''],
    ...(['task', 'reconstruction'] as const).map((loss) => [`  ${loss} loss`, curve(phase.losses[loss])]),
    ...phase.terms.map(({ term, part, layers, lambda, stagger }) => [
      `  ${term} on ${part} of ${String(layers)}${stagger ? `, ${stagger.order}` : ''}`,
      curve(lambda),
    ]),
  ])
  const pruning = `prune zero gates from ${percent(prune.from)}, project at ${percent(prune.until)}`
  return [name, description, '', textTable(rows), '', pruning].filter((line, i) => line || i > 1).join('\n')
}

function curve(lambda: unknown): string {
  if (typeof lambda !== 'object' || lambda === null) return String(lambda)
  const { curve: name, ...rest } = lambda as Record<string, unknown>
  if ('from' in rest) return `${String(name)} ${String(rest.from)} → ${String(rest.to)}`
  return `${String(name)} ${JSON.stringify(rest)}`
}
