import { parse } from 'yaml'
import { InputError, expected } from '../../base/errors.js'
import { writeAtomic } from '../../base/files.js'
import { didYouMean } from '../../base/suggest.js'
import type { ScheduleDocument } from '../../config/schedule-schema.js'
import { presetNames } from '../../registry.js'
import { scheduleSvg } from '../../report/schedule-svg.js'
import { freezeRun, scheduleText } from '../../runs/freeze-run.js'
import {
  namedSchedule,
  scheduleView,
  type NamedSchedule,
  type ScheduleView,
} from '../../runs/schedule-view.js'
import { rowsCsv } from '../../schedule/rows.js'
import { motionOf } from '../../search/gates/gate-time.js'
import { knownRule } from '../../setup/fit-check.js'
import { relaxationNamed } from '../../setup/relaxation.js'
import { resolveSchedule } from '../../setup/schedule-file.js'
import { compileFor } from '../../setup/schedule-of.js'
import { sampleSupernet } from '../../setup/supernet-of.js'
import { command, type Arguments, type CommandContext } from '../command.js'
import { integer, json, out, path, text } from '../options.js'
import { force, outputOf } from '../output.js'
import { documentText, lambdaText } from '../schedule-text.js'
import { noteUnchecked } from '../unchecked.js'

const actions = ['list', 'show', 'validate', 'freeze']

export const schedule = command({
  usage: 'schedule <action> [schedule]',
  description: 'list the presets, show a schedule, check one, or freeze what a run used',
  positionals: {
    action: { type: 'string', describe: actions.join(', ') },
    schedule: path('a preset, a JSON file, a configuration, or the folder of a run'),
  },
  options: {
    supernet: { type: 'string', requiresArg: true, describe: 'compile it for a search space' },
    options: { type: 'string', requiresArg: true, describe: 'the space’s options, as YAML: "{ cells: 4 }"' },
    relaxation: { type: 'string', requiresArg: true, describe: 'gates by default' },
    iterations: { type: 'string', requiresArg: true, describe: 'compile it for so many; 1000 by default' },
    epochs: { type: 'string', requiresArg: true, describe: 'in so many epochs, for times in epochs' },
    csv: { type: 'boolean', default: false, describe: 'λ[t, k] as schedule.csv' },
    svg: { type: 'boolean', default: false, describe: 'λ[t, k] as a drawing' },
    out: out('write there instead of printing'),
    force,
    json,
  },
  async run(args, context) {
    const action = text(args, 'action')!
    if (!actions.includes(action))
      throw new InputError(
        `schedule: expected one of ${actions.join(', ')}, got "${action}"${didYouMean(action, actions)}`,
      )
    if (action === 'list') return context.print(listed(args))
    const name = text(args, 'schedule')
    if (action === 'freeze') return freeze(name, args, context)
    if (name === undefined)
      throw new InputError(
        `schedule ${action}: expected a preset, a JSON file, a configuration or a run; presets: ${presetNames().join(', ')}`,
      )
    const found = compiled(await namedSchedule(name), args)
    if (action === 'show') return tell(show(found, args), args, context)
    const { kind, view, document } = found
    if (kind === 'schedule') knownRule(document.prune.rule)
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

function listed(args: Arguments): string {
  const presets = presetNames().map((name) => ({ name, description: resolveSchedule(name, '.').description }))
  if (args.json) return JSON.stringify({ presets })
  return presets.map(({ name, description }) => `${name}\n  ${description}`).join('\n')
}

function freeze(run: string | undefined, args: Arguments, context: CommandContext): void {
  if (run === undefined) throw new InputError('schedule freeze: expected the folder of a finished run')
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

/** Compiles for the space of `--supernet`, on a small input, which is all that λ depends on. */
function compiled(found: NamedSchedule, args: Arguments): NamedSchedule {
  const about = ['supernet', 'options', 'relaxation', 'iterations', 'epochs'].filter((key) => text(args, key))
  if (found.view) {
    if (about.length > 0)
      throw new InputError(`--${about[0]}: only for a schedule alone; the ${found.kind} says that itself`)
    return found
  }
  const space = text(args, 'supernet')
  if (space === undefined) {
    const needs = args.csv ? 'csv' : args.svg ? 'svg' : about[0]
    if (needs !== undefined)
      throw new InputError(`--${needs}: needs --supernet, for λ is a table over its layers`)
    return found
  }
  return { ...found, view: viewOn(found.document, space, args) }
}

function viewOn(document: ScheduleDocument, space: string, args: Arguments): ScheduleView {
  const supernet = sampleSupernet(space, optionsOf(args))
  const steps = integer(args, 'iterations', 1) ?? document.replay?.steps ?? 1000
  const epochs = integer(args, 'epochs', 1)
  const relaxation = relaxationNamed(text(args, 'relaxation') ?? 'gates', '--relaxation')
  const stepsPerEpoch = epochs === undefined ? undefined : steps / epochs
  const schedule = compileFor(document, supernet, steps, relaxation, { stepsPerEpoch })
  return scheduleView(document, schedule, supernet.layers, motionOf(schedule, relaxation))
}

function optionsOf(args: Arguments): object {
  const given = text(args, 'options')
  if (given === undefined) return {}
  let value: unknown
  try {
    value = parse(given)
    JSON.stringify(value)
  } catch {
    value = given
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw expected('--options', 'YAML of an object, as "{ cells: 4 }"', given)
}

function show({ document, view }: NamedSchedule, args: Arguments): string {
  if (args.csv)
    return rowsCsv(view!.segments.map(({ from, to, layer, term, lambda }) => [from, to, layer, term, lambda]))
  if (args.svg) return scheduleSvg(`Schedule ${view!.name}`, view!)
  if (args.json) return JSON.stringify(view ? { document, ...view } : document)
  return [documentText(document), ...(view ? ['', lambdaText(view)] : [])].join('\n')
}

/** Prints a text, or writes it to `--out` and prints the path. */
function tell(shown: string, args: Arguments, { print }: CommandContext): void {
  const into = outputOf(args, { inputs: [text(args, 'schedule')] })
  if (into === undefined) return print(shown.trimEnd())
  writeAtomic(into, `${shown.trimEnd()}\n`)
  print(into)
}
