import { describe, expect, it } from 'vitest'
import { alarms } from '../../../src/search/watch/alarms/index.js'
import type { AlarmName, Watched } from '../../../src/search/watch/alarms/types.js'
import { resolveSchedule } from '../../../src/setup/schedule-file.js'
import { compileFor } from '../../../src/setup/schedule-of.js'
import { relaxations } from '../../../src/supernet/relaxations/index.js'
import type { GateWeights, GateGroup } from '../../../src/supernet/types.js'
import {
  eventsOf,
  expectSameBytes,
  imageData,
  onePhase,
  searched,
  tinyCells,
  trialOf,
  type Settings,
} from '../../helpers/trials.js'

const operations = ['none', 'skip', 'conv', 'pool']

/** An edge of a made supernet. */
const edge = (layer: string, name: string): GateGroup => ({
  name: `${layer}/${name}`,
  layer,
  kind: 'operations',
  members: operations.map((operation) => ({
    name: operation,
    parameterFree: operation !== 'conv',
    empty: operation === 'none',
    parameters: 0,
  })),
  total: 1,
  keep: { min: 1, max: 1 },
})

const groups = ['cell0', 'cell1'].flatMap((layer) => ['a', 'b', 'c', 'd'].map((name) => edge(layer, name)))
const even = [0.25, 0.25, 0.25, 0.25]

/** Weights of all edges: those of the given ones, of a layer, or alike. */
const weighing = (of: (group: GateGroup) => readonly number[]): GateWeights =>
  Object.fromEntries(
    groups.map((group) => [
      group.name,
      Object.fromEntries(operations.map((name, i) => [name, of(group)[i]!])),
    ]),
  )

const schedule = compileFor(
  resolveSchedule({ name: 'x', phases: [{ name: 'all', until: 1 }], prune: { from: 0.3, until: 1 } }, '.'),
  tinyCells(),
  100,
  relaxations.gates,
)

/** The alarms that an observation raises, by default limits. */
function raisedBy(observed: Partial<Watched>): [AlarmName, string | null][] {
  const limits = { collapse: 0.8, dominance: 0.9, 'dead-layer': 0.01, stuck: 0.01, undecided: 0.95 }
  const after = { collapse: 0, dominance: 0, 'dead-layer': 0, stuck: 0.5, undecided: 0.8 }
  const whole: Watched = {
    step: 60,
    schedule,
    origin: groups,
    groups,
    weights: weighing(() => [0.1, 0.2, 0.5, 0.2]),
    initial: weighing(() => even),
    lossGradient: () => Float32Array.of(0.1, 0, -0.1, 0),
    ...observed,
  }
  return alarms.flatMap((alarm) =>
    alarm
      .raised(whole, { limit: limits[alarm.name], after: after[alarm.name] })
      .map(({ layer }): [AlarmName, string | null] => [alarm.name, layer]),
  )
}

describe('an alarm', () => {
  const mixed = weighing(({ name }) =>
    name < 'cell0/c' || name > 'cell1/b' ? [0, 0.1, 0.8, 0.1] : [0, 0.7, 0.2, 0.1],
  )

  it('is not raised where edges are decided for various operations', () => {
    expect(raisedBy({ weights: mixed })).toEqual([])
  })

  it('is not raised at the start, where all gates are alike', () => {
    expect(raisedBy({ step: 5, weights: weighing(() => even) })).toEqual([])
  })

  it('collapse: operations that learn nothing lead in one layer', () => {
    const skipping = weighing(({ layer, name }) =>
      layer === 'cell0' ? (name < 'cell0/c' ? [0.6, 0.3, 0.1, 0] : [0, 0.6, 0.1, 0.3]) : [0, 0.2, 0.6, 0.2],
    )
    expect(raisedBy({ weights: skipping })).toEqual([['collapse', 'cell0']])
  })

  it('collapse: no alarm where they are ahead by a little only', () => {
    expect(raisedBy({ weights: weighing(() => [0.24, 0.28, 0.25, 0.23]) })).toEqual([])
  })

  it('dominance: one operation leads everywhere', () => {
    expect(raisedBy({ weights: weighing(() => [0, 0.1, 0.8, 0.1]) })).toEqual([['dominance', null]])
  })

  it('dead-layer: a layer has decided before pruning begins', () => {
    const early = weighing(({ layer, name }) =>
      layer === 'cell1' ? (name < 'cell1/c' ? [0, 1, 0, 0] : [0, 0, 1, 0]) : [0.2, 0.3, 0.3, 0.2],
    )
    expect(raisedBy({ step: 20, weights: early })).toEqual([['dead-layer', 'cell1']])
    expect(raisedBy({ step: 40, weights: early })).toEqual([])
  })

  it('dead-layer: no gradient reaches the gates of a layer, but not where they were held', () => {
    const silent = (name: string) =>
      name.startsWith('cell1') ? new Float32Array(4) : Float32Array.of(0, 1, 0, 0)
    expect(raisedBy({ weights: mixed, lossGradient: silent })).toEqual([['dead-layer', 'cell1']])
    expect(raisedBy({ weights: mixed, lossGradient: () => undefined })).toEqual([])
  })

  it('stuck: the gates of a layer are where they began, halfway through', () => {
    const still = weighing(({ layer }) => (layer === 'cell0' ? even : [0.1, 0.2, 0.5, 0.2]))
    expect(raisedBy({ step: 49, weights: still })).toEqual([])
    expect(raisedBy({ step: 50, weights: still })).toEqual([['stuck', 'cell0']])
  })

  it('stuck: a layer on which terms act late is given time until half of their λ is over', () => {
    const document = {
      name: 'late',
      phases: [
        { name: 'wait', until: 0.5 },
        {
          name: 'ramp',
          until: 1,
          terms: [{ term: 'l1', part: 'gates', lambda: { curve: 'linear', from: 0, to: 1 } }],
        },
      ],
      prune: { from: 0.3, until: 1 },
    }
    const late = compileFor(resolveSchedule(document, '.'), tinyCells(), 100, relaxations.gates)
    const still = weighing(() => even)
    const at = (step: number) =>
      raisedBy({ step, schedule: late, weights: still }).filter(([name]) => name === 'stuck')
    // The integral of a ramp over 50 iterations is half of the whole after 50 / √2 of them.
    expect(at(84)).toEqual([])
    expect(at(87)).toEqual([
      ['stuck', 'cell0'],
      ['stuck', 'cell1'],
    ])
  })

  it('undecided: a layer is open shortly before the projection', () => {
    const open = weighing(({ layer, name }) =>
      layer === 'cell0' ? [0.2, 0.3, 0.25, 0.25] : name < 'cell1/c' ? [0, 0.7, 0.2, 0.1] : [0, 0.2, 0.7, 0.1],
    )
    expect(raisedBy({ step: 79, weights: open })).toEqual([])
    expect(raisedBy({ step: 80, weights: open })).toEqual([['undecided', 'cell0']])
    expect(raisedBy({ step: 100, weights: open })).toEqual([])
    // With all but one edge decided the layer is not open, however even that one is.
    const most = groups.map((group) =>
      group.layer === 'cell0' && group.name !== 'cell0/a'
        ? { ...group, members: [group.members[group.name === 'cell0/b' ? 2 : 1]!] }
        : group,
    )
    expect(raisedBy({ step: 80, weights: open, groups: most })).toEqual([])
  })
})

/** A search of cells in which terms press on the gates, six epochs of three iterations. */
function cells(
  lambdas: Readonly<Record<string, number>>,
  search: object = {},
  more: Settings = {},
  from = 0.5,
) {
  const terms = Object.entries(lambdas).map(([term, lambda]) => ({ term, part: 'gates', lambda }))
  return trialOf(imageData(), tinyCells({ operations: ['skip', 'conv-1x1', 'dil-conv-3x3'] }), {
    schedule: onePhase(terms, { prune: { from, until: 1 } }),
    ...more,
    search: { epochs: 6, batch: 8, inspectEvery: 2, gates: { travel: 1 }, ...search },
  })
}

const named = (events: Awaited<ReturnType<typeof searched>>['events']) => [
  ...new Set(eventsOf(events, 'alarm').map(({ alarm }) => alarm)),
]

describe('a search', () => {
  it('that goes well raises no alarm', async () => {
    const { model, events } = await searched(cells({ l1: 5 }))
    expect(named(events)).toEqual([])
    model.dispose()
  })

  it('in which skip wins raises a collapse where it is free', async () => {
    const unguarded = { alarms: { collapse: { safeguard: 'none' } } }
    const { model, events } = await searched(cells({ parameters: 10, l1: 0.3 }, unguarded, {}, 0.9))
    expect(named(events).filter((name) => name !== 'dominance' && name !== 'dead-layer')).toEqual([
      'collapse',
    ])
    const collapses = eventsOf(events, 'alarm').filter(({ alarm }) => alarm === 'collapse')
    // In the reduction cell skip has weights, and conv-1x1 has fewer.
    expect([...new Set(collapses.map(({ layer }) => layer))]).toEqual(['cell0'])
    expect(collapses[0]!.message).toMatch(/^skip leads on \d of \d edges$/)
    expect(collapses[0]).not.toHaveProperty('safeguard')
    model.dispose()
  })

  it('whose gates hardly learn says that they are stuck, and undecided before the projection', async () => {
    const { model, events } = await searched(cells({}, { gates: { travel: 1e-6 } }))
    const told = eventsOf(events, 'alarm').map(({ step, alarm, layer }) => `${step} ${alarm} ${layer}`)
    expect(told).toEqual(['9 stuck cell0', '9 stuck cell1', '15 undecided cell0', '15 undecided cell1'])
    model.dispose()
  })
})

describe('a safeguard', () => {
  const collapsing = (safeguard: string, more: Settings = {}) =>
    cells({ parameters: 10 }, { alarms: { collapse: { limit: 0.7, safeguard } } }, more)

  it('hold-gates holds them for the rest of the phase', async () => {
    const phases = [
      { name: 'press', until: 0.85, terms: [{ term: 'parameters', part: 'gates', lambda: 10 }] },
      { name: 'free', until: 1 },
    ]
    const more = { schedule: { name: 'two', phases, prune: { from: 0.9, until: 1 } } }
    const { model, events } = await searched(collapsing('hold-gates', more))
    const alarm = eventsOf(events, 'alarm').find(({ safeguard }) => safeguard)!
    expect(alarm).toMatchObject({ alarm: 'collapse', safeguard: 'hold-gates' })
    const looks = eventsOf(events, 'gates')
    const at = looks.find(({ step }) => step >= alarm.step)!.weights
    const held = looks.filter(({ step }) => step > alarm.step && step <= 15)
    expect(held.length).toBeGreaterThan(0)
    for (const { weights } of held) expect(weights).toEqual(at)
    expect(looks.find(({ step }) => step === 16)!.weights).not.toEqual(at)
    model.dispose()
  })

  it('stop ends the search with the gates of the last good epoch', async () => {
    const { model, events, result } = await searched(collapsing('stop'))
    const alarm = eventsOf(events, 'alarm').find(({ safeguard }) => safeguard)!
    expect(alarm.step).toBeGreaterThan(3)
    expect(result).toMatchObject({ reason: 'alarm', steps: alarm.step })
    expect(eventsOf(events, 'done')).toEqual([
      { type: 'done', stage: 'search', reason: 'alarm', step: alarm.step },
    ])
    const good = eventsOf(events, 'gates').find(({ step }) => step === alarm.step - 3)!.weights
    for (const { name, kind, kept } of model.architecture().groups) {
      const best = Object.entries(good[name]!).sort(([, a], [, b]) => b - a)[0]![0]
      if (kind === 'operations') expect(kept.map(({ member }) => member)).toEqual([best])
    }
    model.dispose()
  })

  const pushed = { parameters: 10, l1: 0.3 }

  it('presses on what learns nothing where it leads, by default', async () => {
    const { model, events } = await searched(cells(pushed, {}, {}, 0.9))
    const collapses = eventsOf(events, 'alarm').filter(({ alarm }) => alarm === 'collapse')
    expect(collapses[0]).toMatchObject({ layer: 'cell0', safeguard: 'skip-share 20' })
    const skipping = model
      .architecture()
      .groups.filter(
        ({ kind, layer, kept }) => kind === 'operations' && layer === 'cell0' && kept[0]!.member === 'skip',
      )
    expect(skipping.length).toBeLessThan(3)
    model.dispose()
  })

  it.each(['hold-gates', 'stop', 'skip-share'])('%s: resuming gives the same bytes', async (safeguard) => {
    const trial = () => (safeguard === 'skip-share' ? cells(pushed) : collapsing(safeguard))
    const straight = await searched(trial())
    const from = straight.checkpoints[0]
    const resumed = await searched(trial(), from)
    expectSameBytes(straight.model, resumed.model)
    expect(resumed.result).toEqual(straight.result)
    straight.model.dispose()
    resumed.model.dispose()
  })
})
