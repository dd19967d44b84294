import { parse } from 'yaml'
import { InputError, expected } from '../base/errors.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import { scheduleSvg } from '../report/schedule-svg.js'
import { scheduleView, type NamedSchedule, type ScheduleView } from '../runs/schedule-view.js'
import { rowsCsv } from '../schedule/rows.js'
import { motionOf } from '../search/gates/gate-time.js'
import { terms } from '../registry.js'
import { relaxationNamed } from '../setup/relaxation.js'
import { compileFor } from '../setup/schedule-of.js'
import type { Extensions } from '../setup/setup-trial.js'
import { sampleSupernet } from '../setup/supernet-of.js'
import type { Arguments } from './command.js'
import { integer, text } from './options.js'
import { documentText, lambdaText } from './schedule-text.js'

/**
 * Compiles a schedule for the space of `--supernet`. The input may be small, because λ does not depend on its
 * size.
 */
export function compiled(schedule: NamedSchedule, args: Arguments, extensions: Extensions): NamedSchedule {
  const about = ['supernet', 'options', 'relaxation', 'iterations', 'epochs'].filter((key) => text(args, key))
  if (schedule.view) {
    if (about.length > 0)
      throw new InputError(`--${about[0]}: only for a schedule alone; the ${schedule.kind} says that itself`)
    return schedule
  }
  const space = text(args, 'supernet')
  if (space === undefined) {
    const needs = args.csv ? 'csv' : args.svg ? 'svg' : about[0]
    if (needs !== undefined)
      throw new InputError(`--${needs}: needs --supernet, because λ is a table over its layers`)
    return schedule
  }
  return { ...schedule, view: viewOn(schedule.document, space, args, extensions) }
}

function viewOn(
  document: ScheduleDocument,
  space: string,
  args: Arguments,
  { spaces, relaxations, terms: ownTerms = [] }: Extensions,
): ScheduleView {
  const supernet = sampleSupernet(space, optionsOf(args), spaces)
  const steps = integer(args, 'iterations', 1) ?? document.replay?.steps ?? 1000
  const epochs = integer(args, 'epochs', 1)
  const relaxation = relaxationNamed(text(args, 'relaxation') ?? 'gates', '--relaxation', relaxations)
  const stepsPerEpoch = epochs === undefined ? undefined : steps / epochs
  const schedule = compileFor(document, supernet, steps, relaxation, {
    stepsPerEpoch,
    terms: [...terms, ...ownTerms],
  })
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
  throw expected('--options', 'a YAML object, such as "{ cells: 4 }"', given)
}

/** Shows a schedule as `--csv`, `--svg`, `--json` or text. */
export function shownSchedule({ document, view }: NamedSchedule, args: Arguments): string {
  if (args.csv)
    return rowsCsv(view!.segments.map(({ from, to, layer, term, lambda }) => [from, to, layer, term, lambda]))
  if (args.svg) return scheduleSvg(`Schedule ${view!.name}`, view!)
  if (args.json) return JSON.stringify(view ? { document, ...view } : document)
  return [documentText(document), ...(view ? ['', lambdaText(view)] : [])].join('\n')
}
