import { Type } from '@sinclair/typebox'
import { expected } from '../base/errors.js'
import { oneOf } from '../config/schema-parts.js'
import { excerpt } from '../schedule/excerpt.js'
import { gateColumns } from '../schedule/levers.js'
import type { ScheduleSource } from '../schedule/source.js'
import { baseRow } from '../schedule/turns.js'
import type { Schedule } from '../schedule/types.js'
import type { MemberMetric } from '../supernet/types.js'
import { decides, firstMove, pressureOn } from './common.js'
import { child, factorAt, genomeLength, layerGroups, randomGenome, type GenomeLayout } from './genome.js'
import type { Proposal, TryOutcome, Tried, Try, Trying } from './trying.js'
import { planner, type PlannerContext } from './types.js'

interface Options {
  readonly population: number
  readonly generations: number
  readonly groups: number
  readonly knots: number
  readonly spend: number
  readonly price: number
  readonly cost: MemberMetric
}

/** The initial λ of a pressing term if the base has no pressure on gates. */
const start = 5
/** Each rung keeps this share of the schedules of the one before, and its searches are twice as long. */
const kept = 1 / 3
const rungs = 3

/**
 * Tries schedules and keeps the best: GA-REG (Potanin, Vayser, Strijov, arXiv:2406.12992). A genome contains
 * the factors of λ on gates, at some knots in time, for each group of layers. Each generation is tried by
 * successive halving (Jamieson, Talwalkar, arXiv:1502.07943): all schedules in short searches, a third of
 * them in searches of twice the length, and a third of these in searches of four times the length. All
 * searches start from weights made by the base's own warm-up, and see the same batches.
 *
 * The next generation is bred from the best so far: crossover by layer groups, then mutation of some knots.
 * The first generation contains the best genomes of similar data. The objective is the validation error plus
 * price · cost.
 */
export const genetic = planner<Options>({
  name: 'genetic',
  description: 'the best of many schedules that are tried in short searches (GA-REG)',
  options: Type.Object({
    population: Type.Integer({ minimum: 3, default: 10, description: 'schedules in a generation' }),
    generations: Type.Integer({ minimum: 1, default: 4, description: 'generations' }),
    groups: Type.Integer({
      minimum: 1,
      default: 3,
      description: 'groups of layers that have knots of their own',
    }),
    knots: Type.Integer({ minimum: 1, default: 3, description: 'knots in time' }),
    spend: Type.Number({
      exclusiveMinimum: 1,
      default: 8,
      description: 'what all may cost together, in searches, the last whole one included',
    }),
    price: Type.Number({
      minimum: 0,
      default: 0.3,
      description: 'what the whole supernet’s cost is worth, in units of the error',
    }),
    cost: oneOf(['parameters', 'flops', 'latency'], {
      default: 'parameters',
      description: 'what is counted',
    }),
  }),
  levers: ({ relaxation }) => [pressureOn(relaxation)],
  costs: ({ cost }) => cost,
  refuse: (context) => void shortest(context),
  prepare,
  tryOf,
  lesson: (plan) => plan,
  source: (context, plan) => genomeSource(context, context.schedule, (plan as number[] | undefined) ?? []),
})

/** Finds the best genome. */
async function prepare(context: PlannerContext<Options>, trying: Trying): Promise<number[]> {
  const { options, random } = context
  const layout = layoutOf(context)
  const length = genomeLength(layout)
  const unit = shortest(context)
  const warm = warmSteps(context)
  const tried: Tried[] = []
  const learned = context.lessons
    .map(({ found: genome }) => genome as number[])
    .filter((genome) => genome.length === length)
    .slice(0, Math.floor(options.population / 2))

  const attempt = async (proposals: readonly Proposal[]): Promise<Tried[]> => {
    const first = tried.length
    const add = ({ error, cost }: TryOutcome) => {
      const done = { ...proposals[tried.length - first]!, error, cost }
      tried.push(done)
      trying.add(done)
    }
    const known = trying.known.slice(first, first + proposals.length)
    known.forEach(add)
    const unknown = proposals.slice(known.length)
    if (unknown.length > 0) for await (const outcome of trying.run(unknown)) add(outcome)
    return tried.slice(first)
  }
  const score = ({ error, cost }: Tried): number => (error === null ? Infinity : error + options.price * cost)
  /** Sorts by rung first, because scores of longer searches are more reliable. */
  const best = (some: readonly Tried[]): Tried[] =>
    [...some].sort((a, b) => b.rung - a.rung || score(a) - score(b))

  for (let generation = 0; generation < options.generations; generation++) {
    const parents = unique(best(tried)).slice(0, Math.ceil(options.population / 2))
    const stream = (i: number) => random.stream('planner genetic', `generation ${generation}`, i)
    const born = Array.from({ length: options.population }, (_, i): readonly number[] => {
      if (generation === 0)
        return i === 0 ? Array<number>(length).fill(0) : (learned[i - 1] ?? randomGenome(length, stream(i)))
      const draw = stream(i)
      // A tournament of two: a lower index is a better parent.
      const pick = () => parents[Math.min(draw.integer(parents.length), draw.integer(parents.length))]!.genome
      return child(layout, pick(), pick(), draw)
    })
    let standing = born
    for (let rung = 0; rung < rungs && standing.length > 0; rung++) {
      const proposals = standing.map((genome, i) => {
        // The first search also pays for the shared initial weights.
        const steps = unit * 2 ** rung + (tried.length + i === 0 ? warm : 0)
        return { generation, rung, genome, steps }
      })
      standing = best(await attempt(proposals))
        .slice(0, Math.floor(standing.length * kept))
        .map(({ genome }) => genome)
    }
  }
  return [...best(tried)[0]!.genome]
}

/** The short search of a proposal. */
function tryOf(context: PlannerContext<Options>, { genome, rung }: Proposal): Try {
  const warm = warmSteps(context)
  const schedule = excerpt(context.schedule, warm, shortest(context) * 2 ** rung)
  return { schedule, source: genomeSource(context, schedule, genome), warm }
}

/** The number of iterations that make the weights with which all tries begin. */
const warmSteps = ({ schedule }: PlannerContext<Options>): number =>
  Math.min(firstMove(schedule), schedule.prune.until - 1)

/** Removes duplicate genomes, keeping the first of each. */
function unique(tried: readonly Tried[]): Tried[] {
  const seen = new Set<string>()
  return tried.filter(({ genome }) => {
    const key = genome.join()
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** The number of searches on each rung of a generation. */
const standingOn = (population: number): number[] => {
  const counts: number[] = []
  for (let rung = 0, n = population; rung < rungs && n > 0; rung++, n = Math.floor(n * kept)) counts.push(n)
  return counts
}

/**
 * The number of iterations of a search on the first rung, such that all searches together stay within
 * `spend`.
 */
function shortest(context: PlannerContext<Options>): number {
  const { schedule, options } = context
  const { population, generations, spend } = options
  const warm = warmSteps(context)
  const units = generations * standingOn(population).reduce((sum, n, rung) => sum + n * 2 ** rung, 0)
  const steps = Math.floor(((spend - 1) * schedule.steps - warm) / units)
  if (steps >= 4) return Math.min(steps, schedule.steps)
  throw expected(
    'schedule.planner.spend',
    `at least ${Math.ceil(1 + (warm + 4 * units) / schedule.steps)}, so that each of ${population * generations} schedules gets 4 of the ${schedule.steps} iterations of a search`,
    spend,
  )
}

function layoutOf({ schedule, supernet, options }: PlannerContext<Options>): GenomeLayout {
  const priced = isPriced(schedule)
  return {
    groups: layerGroups(supernet, options.groups),
    channels: priced ? ['pressure', 'price'] : ['pressure'],
    knots: options.knots,
  }
}

const prices = ['parameters', 'flops', 'depth', 'latency']
const rises = (schedule: Schedule, i: number): boolean =>
  schedule.columns[i]!.segments.some(({ value }) => value > 0)
const isPriced = (schedule: Schedule): boolean =>
  prices.some((term) => gateColumns(schedule.columns, term).some((i) => rises(schedule, i)))

/**
 * The λ of a schedule, with λ on gates multiplied by the factors of a genome. An empty genome changes
 * nothing.
 */
function genomeSource(
  context: PlannerContext<Options>,
  schedule: Schedule,
  genome: readonly number[],
): ScheduleSource {
  const { relaxation } = context
  const layout = layoutOf(context)
  const from = Math.min(firstMove(schedule), schedule.prune.until - 1)
  const pressed = schedule.columns.some(
    ({ part, term }, i) => part === 'gates' && !prices.includes(term) && rises(schedule, i),
  )
  const places = schedule.columns.map(({ part, term, layer }) => {
    const group = layout.groups.findIndex((layers) => layers.includes(layer))
    const channel = layout.channels.indexOf(prices.includes(term) ? 'price' : 'pressure')
    if (part !== 'gates' || group < 0 || channel < 0) return undefined
    return { group, channel, begins: !pressed && term === pressureOn(relaxation) ? start : 0 }
  })
  return {
    at(t, observed) {
      const row = baseRow(schedule, t, observed)
      if (genome.length === 0 || !decides(schedule, t)) return row
      const time = (t - from) / Math.max(1, schedule.prune.until - 1 - from)
      const columns = row.columns.map((lambda, i) => {
        const place = places[i]
        return place
          ? (lambda + place.begins) * factorAt(layout, genome, place.group, place.channel, time)
          : lambda
      })
      return { ...row, columns }
    },
  }
}
