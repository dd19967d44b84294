import type { Evidence } from '../events/types.js'
import type { EventOf } from '../events/types.js'
import { isBetter, type MetricName } from '../objective/metrics.js'
import type { Explanation, MemberStory } from './explain.js'
import { formatCount, formatDifference, formatNumber } from './format.js'
import { thin } from './history.js'

/** The number of gate weights that a member's history shows. */
const shownLooks = 8

const sizeText = ({ size, step }: NonNullable<Explanation['size']>): string =>
  step === null
    ? 'the result is the whole supernet, after its choices: no smaller size was within the tolerance'
    : `the result has size ${size}, which the search reached at iteration ${formatCount(step)}`

/** An explanation in sentences: one member in full, several members one line each. */
export function explanationText({ part, kind, members, size, alarms }: Explanation): string {
  const told = kind === 'member' ? members.flatMap(memberText) : groupText(members)
  const heard = alarms.map(
    ({ step, alarm, layer, message }) =>
      `alarm at iteration ${formatCount(step)}: ${alarm}${layer === null ? '' : ` in ${layer}`}: ${message}`,
  )
  const passed = size ? [sizeText(size)] : []
  return [part, ...[...passed, ...told].map((line) => `  ${line}`), ...heard.map((line) => `  ${line}`)].join(
    '\n',
  )
}

/** The members of one or several groups, one line each; members with the same fate share a line. */
function groupText(members: readonly MemberStory[]): string[] {
  const lines: string[] = []
  for (const group of new Set(members.map((member) => member.group))) {
    const stories = members.filter((member) => member.group === group)
    lines.push(`${group} (${stories[0]!.kind}, layer ${stories[0]!.layer})`)
    const fates = new Map<string, MemberStory[]>()
    for (const each of stories) fates.set(fateText(each), [...(fates.get(fateText(each)) ?? []), each])
    for (const [fate, sharing] of fates) {
      const names = sharing.map(({ member }) => member)
      const shown =
        names.length > 12
          ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`
          : names.join(', ')
      lines.push(`  ${shown}: ${fate}`)
    }
  }
  return lines
}

function fateText({ fate, removal, gates, kind }: MemberStory): string {
  if (fate === 'removed') return `removed at iteration ${formatCount(removal!.step)}: ${becauseOf(removal!)}`
  if (fate === 'gone') return `gone at iteration ${formatCount(removal!.step)}, with ${took(removal!)}`
  if (fate === 'left-out') return 'not in the size that was kept: other members of its group ranked higher'
  const state = fate === 'kept' ? 'kept' : 'not decided'
  return kind === 'units' ? state : `${state}, weight ${formatNumber(gates.at(-1)?.weight)}`
}

const took = ({ members, group }: EventOf<'removal'>): string => `${members.join(', ')} of ${group}`

const reasons: Readonly<Record<EventOf<'removal'>['by'], string>> = {
  zero: 'its gate was 0',
  threshold: 'its weight stayed below the threshold',
  projection: 'others had larger gates when the supernet was projected to a legal architecture',
  perturbation: 'the removal of others hurt more when the supernet was projected to a legal architecture',
}

/** The reason why a member was removed, as a clause. */
export const becauseOf = ({ by }: Pick<EventOf<'removal'>, 'by'>): string => reasons[by]

function memberText(story: MemberStory): string[] {
  const { fate, removal, gates } = story
  const evidence = removal?.evidence?.[story.member]
  const looks = thin(gates, shownLooks).map(
    ({ step, weight }) => `${formatNumber(weight)} at ${formatCount(step)}`,
  )
  return [
    `${story.member} of ${story.group} (${story.kind}, layer ${story.layer}) was ${verdict(story)}.`,
    looks.length === 0
      ? 'Its weight was not recorded before it was removed.'
      : `Its weight: ${looks.join(', ')}.`,
    ...(fate === 'removed' ? removedText(removal!, evidence) : []),
    othersText(story),
  ]
}

function verdict(story: MemberStory): string {
  if (story.fate === 'kept') return `kept${story.gates.length > 0 ? `: ${whyKept(story)}` : ''}`
  return story.fate === 'open' ? 'not decided yet' : fateText(story)
}

/** The reason why a member was kept: its rank among its competitors. */
function whyKept({ gates, others }: MemberStory): string {
  const weight = gates.at(-1)!.weight
  const left = others.filter(({ removedAt }) => removedAt === null)
  if (left.length === 0) return 'all others of its group went'
  const stronger = left.filter((other) => other.weight > weight).length
  return `its weight of ${formatNumber(weight)} is number ${stronger + 1} of the ${left.length + 1} that were left`
}

function removedText(removal: EventOf<'removal'>, evidence: Evidence | undefined): string[] {
  const { lambda, before, after } = removal
  const forces = Object.entries(lambda).map(([term, value]) => `${term} ${formatNumber(value)}`)
  const jump =
    typeof before === 'number' && typeof after === 'number'
      ? [
          `The metric went from ${formatNumber(before)} to ${formatNumber(after)} (${formatDifference(after - before)}) with all members removed in that iteration.`,
        ]
      : []
  return [
    `λ in force: ${forces.length === 0 ? 'none' : forces.join(', ')}.`,
    ...(evidence ? [gradientText(evidence), ablationText(evidence)] : []),
    ...jump,
  ]
}

/** Which gradients opened and which closed the gate in the last iteration. */
function gradientText({ gradients }: Evidence): string {
  const entries = Object.entries(gradients)
  if (entries.length === 0) return 'The gates were held in the last iteration, so nothing moved it.'
  const pulls = entries.map(([name, value]) => {
    const who = name === 'loss' ? 'the losses' : name
    return value === 0
      ? `${who} did not move it`
      : `${who} ${value > 0 ? 'closed' : 'opened'} it by ${formatNumber(Math.abs(value))}`
  })
  return `In the last iteration ${pulls.join(', ')} (gradients).`
}

function ablationText({ ablation }: Evidence): string {
  if (!ablation)
    return 'Its effect on the metric was not measured: its gate fell to 0 between two evaluations, or no rows were given.'
  const { step, metric, with: present, without, jointly } = ablation
  const ablated = jointly === undefined ? 'it' : `it and ${jointly - 1} more`
  const worse = isBetter(metric satisfies MetricName, present, without)
  const worth =
    present === without ? 'it made no difference' : worse ? 'it helped' : 'the network was better without'
  return `At iteration ${formatCount(step)} the validation ${metric} was ${formatNumber(present)}, and ${formatNumber(without)} without ${ablated}: ${worth}.`
}

function othersText({ others }: MemberStory): string {
  if (others.length === 0) return 'It had no competitors.'
  const shown = others
    .slice(0, 12)
    .map(({ member, weight, removedAt }) =>
      removedAt === null
        ? `${member} (weight ${formatNumber(weight)})`
        : `${member} (removed at ${formatCount(removedAt)})`,
    )
  const more = others.length > 12 ? ` and ${others.length - 12} more` : ''
  return `The others of its group: ${shown.join(', ')}${more}.`
}
