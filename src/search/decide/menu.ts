import * as tf from '@tensorflow/tfjs-core'
import type { Budget, MenuSize } from '../../schedule/types.js'
import type { Worth } from '../../supernet/moves.js'
import type { Choices } from '../../supernet/notation.js'
import { isWidth, others, type Architecture, type GateGroup } from '../../supernet/types.js'
import { mostWanted, withinBudget, type CostedChoices } from '../../supernet/within-budget.js'
import { evaluate } from '../../train/evaluate.js'
import type { MenuEntry, Pruning } from '../state.js'
import { costsOf, worthByGates } from './budget.js'
import { weighingRule } from './rules/index.js'

/** Whether a size of the menu is due. */
export const isMenuDue = ({ context, progress }: Pruning, step: number): boolean =>
  (context.schedule.budget?.menu?.[progress.menu.length]?.at ?? Infinity) <= step

/**
 * Keeps architectures at the sizes of the menu that are due, or at all that are left. The supernet does not
 * change.
 */
export function passMenu(pruning: Pruning, step: number, all = false): void {
  const { context, progress } = pruning
  const { budget } = context.schedule
  for (const size of budget?.menu?.slice(progress.menu.length) ?? [])
    if (size.at !== undefined && (all || step >= size.at)) keepSize(pruning, budget!, size, step)
}

/**
 * Under a tolerance: once the supernet, made legal, has become as small as a size that was not kept yet,
 * keeps that architecture. Of several such sizes it takes the smallest.
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
 * Under a tolerance, called before a group is left with only some of its members. Removing a path removes all
 * that depends on it, possibly most of the network. The sizes that this would skip are kept from what is
 * still there, cut back to each size, as if the members to be removed were as strong as the strongest of
 * their group.
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
  // The last of these sizes will be kept as what remains after the removal.
  for (const size of between.slice(0, -1)) {
    const architecture = withinBudget(model.supernet, costs, held, size.limit)
    if (architecture && architecture.cost > after)
      keep(pruning, budget, entryOf(pruning, size, step, architecture))
  }
}

function keepSize(pruning: Pruning, budget: Budget, size: MenuSize, step: number): void {
  const { supernet } = pruning.model
  const architecture = withinBudget(supernet, costsOf(pruning, budget), worthNow(pruning), size.limit)
  keep(pruning, budget, entryOf(pruning, size, step, architecture!))
}

function keep(pruning: Pruning, budget: Budget, entry: MenuEntry): void {
  pruning.progress.menu.push(entry)
  pruning.context.emit({ type: 'menu', metric: budget.metric, ...entry.figures })
}

/**
 * Worth by gates, whatever the projection's rule is: perturbation would have to measure every member at every
 * size.
 */
function worthNow(pruning: Pruning): Worth {
  return worthByGates(pruning, weighingRule(pruning.context))
}

function entryOf(
  pruning: Pruning,
  { size, limit }: MenuSize,
  step: number,
  { choices, cost, standing }: CostedChoices,
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

/** The architecture that choices keep, with the gates as they are without the other members. */
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
