import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/events/types.js'
import type { Schedule } from '../../src/schedule/types.js'
import { smallest } from '../../src/supernet/cost-range.js'
import { taskCost } from '../../src/supernet/cost.js'
import { pruneGroup } from '../../src/supernet/prune.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import { removedBy } from '../../src/trial/removed.js'
import { runTrial } from '../../src/trial/trial.js'
import {
  eventsOf,
  imageData,
  onePhase,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../helpers/trials.js'

const rows = { train: 24, validation: 12, test: 12 }
const l1 = (lambda: number) => [{ term: 'l1', part: 'gates', lambda }]
const prune = { from: 0.25, until: 0.75 }
const search = { epochs: 4, batch: 8, inspectEvery: 2, gates: { travel: 0.01, noise: 0.5 } }

async function result(settings: Settings, cells = false) {
  const events: Event[] = []
  const all = { search, retrain: { epochs: 1, batch: 8, baseline: true }, ...settings }
  const trial = cells ? trialOf(imageData(rows), tinyCells(), all) : trialOf(vectorData(rows), tinyMlp(), all)
  const { metrics } = await runTrial(trial, { emit: (event) => void events.push(event) })
  return { metrics, alarms: eventsOf(events, 'alarm') }
}

describe('a search that removes nothing', () => {
  const weak = { schedule: onePhase(l1(1e-5), { prune }) }

  it('says so in its metrics and by an alarm, and what to change', async () => {
    const { metrics, alarms } = await result(weak)
    expect(metrics.removed).toMatchObject({ members: 0, of: 15, left: 1 })
    expect(metrics.removed.notice).toMatch(
      /^nothing was removed: gates moved in 12 of 12 iterations, λ of l1\/gates at most 0.00001 \(0.00001 at the end\); the smallest gate left is 0\.\d+ of its group's mean \(\S+ \d+\), and a member goes at 0: take a larger λ, more search\.steps, or a budget$/,
    )
    const alarm = { alarm: 'nothing-removed', step: 12, layer: null, message: metrics.removed.notice! }
    expect(alarms.at(-1)).toEqual({ type: 'alarm', ...alarm })
  })

  it('shows no difference to the unpruned network', async () => {
    const { metrics } = await result(weak)
    expect(metrics.noise.test).toMatchObject({
      of: 'rows',
      draws: 12,
      difference: { value: 0, interval: [0, 0] },
    })
    expect(metrics.noise.test!.baseline).toEqual(metrics.noise.test!.final)
  })

  it.each<[Settings, string]>([
    [{ schedule: onePhase([], { prune }) }, 'but no term acted on them; name a schedule that has one'],
    [
      { schedule: { name: 'held', phases: [{ name: 'all', until: 1, gates: 'hold', terms: [] }], prune } },
      'gates were held in all 12 iterations; let a phase move them',
    ],
    [
      { schedule: onePhase(l1(1e-5), { prune: { from: 1, until: 1 } }) },
      'the search ended at 12: lower prune.from',
    ],
    [
      {
        relaxation: 'softmax',
        schedule: onePhase([{ term: 'entropy', part: 'gates', lambda: 1e-5 }], { prune }),
      },
      'gates of relaxation softmax are never exactly 0: set prune.threshold, or a budget',
    ],
    [
      { schedule: onePhase(l1(1e-5), { prune: { ...prune, threshold: 0.01 } }) },
      'a member goes at 0, or below 0.01: take a larger λ',
    ],
  ])('names the reason: %j', async (settings, reason) => {
    const { metrics } = await result(settings)
    expect(metrics.removed.members).toBe(0)
    expect(metrics.removed.notice).toContain(reason)
  })
})

it('a search that removes something says how much, and nothing else', async () => {
  const { metrics, alarms } = await result({ schedule: onePhase(l1(500), { prune }) }, true)
  expect(metrics.removed.members).toBeGreaterThan(0)
  expect(metrics.removed.members).toBeLessThan(metrics.removed.of)
  expect(metrics.removed.left).toBeLessThan(0.95)
  expect(metrics.removed.notice).toBeNull()
  expect(alarms).toEqual([])
  const { difference, final, baseline } = metrics.noise.test!
  expect(difference!.value).toBe(metrics.test.final! - metrics.baseline!.test!)
  const [low, high] = difference!.interval!
  expect(low).toBeLessThanOrEqual(difference!.value)
  expect(high).toBeGreaterThanOrEqual(difference!.value)
  for (const interval of [final, baseline]) expect(interval![0]).toBeLessThanOrEqual(interval![1])
})

describe('reasons that no short search shows', () => {
  const net = tinyMlp({ encoder: [40], code: 4, head: [5] })
  const ended = (used: Partial<Schedule>, left = net) => {
    const compiled = trialOf(vectorData(rows), net, { search, schedule: onePhase(l1(1e-5), { prune }) })
    const weights = Object.fromEntries(
      left.groups.map(({ name, members }) => [
        name,
        Object.fromEntries(members.map((member, i) => [member.name, i + 1])),
      ]),
    )
    return { used: { ...compiled.schedule, ...used }, steps: 12, relaxation: relaxations.gates, weights }
  }

  it('a budget that is not below the supernet', () => {
    const whole = taskCost(net).parameters
    const budget = { metric: 'parameters', limit: 2 * whole, whole, least: 10 } as const
    expect(removedBy(net, net, ended({ budget })).notice).toBe(
      `nothing was removed: the budget of ${2 * whole} parameters is not below the supernet's ${whole}; lower it`,
    )
  })

  it('a replay of a run that removed no more', () => {
    const replay = { checkpoint: 'x', removals: [] } as unknown as NonNullable<Schedule['replay']>
    expect(removedBy(net, net, ended({ replay })).notice).toBe(
      'nothing was removed: the schedule replays a run that removed no more',
    )
  })

  it('no smaller architecture that could be trained', () => {
    const attempts = [
      { size: 0.5, cost: 10, validation: null, worse: null, allowed: null, diverged: 'it did' },
    ]
    const tolerated = { tolerance: 0.01, attempts, kept: 1, within: true }
    // The search itself went on and has no gates of what is the result.
    expect(removedBy(net, net, { ...ended({}), weights: {}, tolerated }).notice).toContain(
      'nothing was removed: no smaller architecture could be trained',
    )
  })

  it('a search that removed nothing, all of which was retrained: not that a training diverged', () => {
    const attempts = [{ size: null, cost: 10, validation: 1, worse: 0, allowed: 0.01 }]
    const tolerated = { tolerance: 0.01, attempts, kept: null, within: true }
    const { notice } = removedBy(net, net, { ...ended({}), tolerated })
    expect(notice).toContain('gates moved in')
    expect(notice).not.toContain('diverged')
  })

  it('almost nothing: one unit of 49', () => {
    const [{ name, members }] = net.groups as [(typeof net.groups)[number]]
    const kept = members.slice(1).map((member) => member.name)
    const left = pruneGroup(net, name, kept).supernet
    const { notice, ...figures } = removedBy(net, left, ended({}, left))
    expect(figures).toMatchObject({ members: 1, of: 49 })
    expect(figures.left).toBeGreaterThan(0.95)
    expect(notice).toMatch(/^almost nothing was removed \(1 of 49 members\): gates moved in 12 of 12 /)
    // Where a budget asked for no more, that is as it should be.
    const whole = taskCost(net).parameters
    const budget = { metric: 'parameters', limit: whole - 1, whole, least: 10 } as const
    expect(removedBy(net, left, ended({ budget }, left)).notice).toBeNull()
  })

  it('a space that leaves nothing to remove', () => {
    const least = smallest(net)
    expect(removedBy(least, least, ended({}, least)).notice).toContain('the space leaves nothing to remove')
  })
})
