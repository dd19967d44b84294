import * as tf from '@tensorflow/tfjs-core'
import type { Budget, MenuSize } from '../../schedule/types.js'
import type { Worth } from '../../supernet/moves.js'
import type { Choices } from '../../supernet/notation.js'
import { isWidth, others, type Architecture, type GateGroup } from '../../supernet/types.js'
import { mostWanted, withinBudget, type Candidate } from '../../supernet/within-budget.js'
import { evaluate } from '../../train/evaluate.js'
import type { MenuEntry, Pruning } from '../state.js'
import { costsOf, worthByGates } from './budget.js'
import { weighingRule } from './rules/index.js'

/** Is there a size of the menu whose time has come? */
export const isMenuDue = ({ context, progress }: Pruning, step: number): boolean =>
  (context.schedule.budget?.menu?.[progress.menu.length]?.at ?? Infinity) <= step

/** Sizes of the menu whose time has come, or all that are left, are kept; the supernet stays as it is. */
export function passMenu(pruning: Pruning, step: number, all = false): void {
  const { context, progress } = pruning
  const { budget } = context.schedule
  for (const size of budget?.menu?.slice(progress.menu.length) ?? [])
    if (size.at !== undefined && (all || step >= size.at)) keepSize(pruning, budget!, size, step)
}

/**
 * Under a tolerance: keeps what the supernet is now, made legal, where that has become as small as a size that was not
 * kept yet; of several sizes the smallest.
 */
export function passSizes(pruning: Pruning, step: number): void {
  const { model, progress, context } = pruning
  const { budget } = context.schedule
  if (budget?.tolerance === undefined) return
  const last = progress.menu.at(-1)?.figures.limit ?? Infinity
  const { cost } = mostWanted(model.supernet, costsOf(pruning, budget), worthNow(pruning))
  const passed = budget.menu?.findLast(({ limit }) => limit < last && cost <= limit)
  if (passed) keepSize(pruning, budget, passed, step)
}

/**
 * Under a tolerance, before a group is left with only some of its members: a path takes all that stands on it along, and may
 * be most of the network. Sizes that would be jumped over are kept of what is still there, cut back to each, as if what goes
 * were as strong as the strongest of its group.
 */
export function passSkipped(pruning: Pruning, group: GateGroup, kept: readonly string[], step: number): void {
  const { model, progress, context } = pruning
  const { budget } = context.schedule
  if (budget?.tolerance === undefined || group.kind === 'units' || !isWidth(group)) return
  const last = progress.menu.at(-1)?.figures.limit ?? Infinity
  const costs = costsOf(pruning, budget)
  const worth = worthNow(pruning)
  const most = Math.max(...Object.values(worth[group.name]!))
  const going = others(group, kept).map((name): [string, number] => [name, most])
  const held = { ...worth, [group.name]: { ...worth[group.name], ...Object.fromEntries(going) } }
  const tally = costs.from(mostWanted(model.supernet, costs, held).choices)
  tally.change({ [group.name]: kept })
  const after = tally.figures().cost
  const between = (budget.menu ?? []).filter(({ limit }) => limit < last && limit >= after)
  // The last of them is what is there afterwards.
  for (const size of between.slice(0, -1)) {
    const found = withinBudget(model.supernet, costs, held, size.limit)
    if (found && found.cost > after) keep(pruning, budget, entryOf(pruning, size, step, found))
  }
}

function keepSize(pruning: Pruning, budget: Budget, size: MenuSize, step: number): void {
  const { supernet } = pruning.model
  const found = withinBudget(supernet, costsOf(pruning, budget), worthNow(pruning), size.limit)
  keep(pruning, budget, entryOf(pruning, size, step, found!))
}

function keep(pruning: Pruning, budget: Budget, entry: MenuEntry): void {
  pruning.progress.menu.push(entry)
  pruning.context.emit({ type: 'menu', metric: budget.metric, ...entry.figures })
}

/** By gates, whatever rule the projection has: perturbation would measure every member at every size. */
function worthNow(pruning: Pruning): Worth {
  return worthByGates(pruning, weighingRule(pruning.context))
}

function entryOf(
  pruning: Pruning,
  { size, limit }: MenuSize,
  step: number,
  { choices, cost, standing }: Candidate,
): MenuEntry {
  const { model, context, data, stepper } = pruning
  const measure = (mixture: (name: string) => tf.Tensor1D) =>
    evaluate({ ...stepper.network, mixture }, data, data.splits.validation, context.metric)
  const before = measure((name) => model.mixture(name))
  const after = measure((name) => model.mixtureWithout(name, without(pruning, name, choices)))
  return {
    figures: { size, limit, cost, step, before, after },
    architecture: architectureOf(pruning, choices, standing),
  }
}

function without({ model }: Pruning, name: string, choices: Choices): Set<string> {
  const { members } = model.supernet.groups.find((group) => group.name === name)!
  return new Set(members.flatMap((member) => (choices[name]!.includes(member.name) ? [] : [member.name])))
}

/** What choices keep, with the gates as they are when the others are gone. */
function architectureOf(pruning: Pruning, choices: Choices, standing: ReadonlySet<string>): Architecture {
  const { model } = pruning
  const whole = model.architecture()
  const groups = whole.groups
    .filter(({ name }) => standing.has(name))
    .map((group) => {
      const { name } = group
      const gates = tf.tidy(() => model.mixtureWithout(name, without(pruning, name, choices)).dataSync())
      const kept = group.kept.flatMap(({ member }, i) =>
        choices[name]!.includes(member) ? [{ member, gate: gates[i]! }] : [],
      )
      return { ...group, kept }
    })
  return { ...whole, groups }
}
