import { parseHTML } from 'linkedom'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/events/types.js'
import { drawArchitecture } from '../../src/export/dot.js'
import { renderReport } from '../../src/report/html.js'
import type { Run } from '../../src/report/run.js'
import * as synthetic from './helper.js'
import { runOf } from './helper.js'

/** The parts of a DOM element that these tests read. */
interface Found {
  id: string
  textContent: string
  getAttribute(name: string): string
}

interface Parsed {
  readonly document: { querySelectorAll(selector: string): Iterable<Found> }
}

/** The page that was looked at last: to parse one takes longer than all looks at it. */
let last: { readonly page: string; readonly parsed: Parsed } | undefined

const find = (page: string, selector: string): Found[] => {
  if (last?.page !== page) last = { page, parsed: parseHTML(page) as unknown as Parsed }
  return [...last.parsed.document.querySelectorAll(selector)]
}
const text = (page: string, selector: string) =>
  find(page, selector)
    .map((element) => element.textContent)
    .join('\n')

const unfinished = { architecture: null, metrics: null, timings: null }
const sections = ['lambda', 'sparsity', 'gates', 'losses', 'cost', 'architecture', 'removals', 'documents']

describe('a finished run', async () => {
  const run = runOf()
  const page = renderReport(run, await drawArchitecture(run.architecture!))

  test('has every section in order, each with a heading, a hint and content', () => {
    expect(find(page, 'section').map((element) => element.id)).toEqual(sections)
    expect(find(page, 'section > h2')).toHaveLength(sections.length)
    expect(find(page, 'section > .hint')).toHaveLength(sections.length)
    for (const id of ['lambda', 'sparsity', 'gates', 'losses', 'cost', 'architecture']) {
      expect(find(page, `#${id} svg[role=img][aria-label]`), id).not.toHaveLength(0)
    }
  })

  test('says in its head what was searched and what came out', () => {
    const head = text(page, 'header')
    for (const word of ['synthetic', 'darts-cell', 'digits', 'wasm', 'criteria passed', '41,223', '9.87 M']) {
      expect(head).toContain(word)
    }
    expect(text(page, '.results tbody tr:nth-child(3)')).toMatch(/derived[^]*0\.9688[^]*0\.9634/)
    expect(text(page, '.figures')).toMatch(/−0\.0113[^]*−0\.0002[^]*−0\.0691[^]*6 min 52 s/)
    expect(text(page, '.criteria')).toContain('✓ parameters at most 60,000: 41,223')
  })

  test('draws a heat map a term, a chart a group, two charts a stage, a drawing a cell', () => {
    expect(find(page, '#lambda figure')).toHaveLength(4)
    expect(find(page, '#gates figure')).toHaveLength(14)
    expect(find(page, '#losses figure')).toHaveLength(6)
    expect(find(page, '#architecture figure')).toHaveLength(3)
    expect(text(page, '#gates')).toContain('cell0/node3')
    expect(text(page, '#lambda')).toContain('pretrain the autoencoder')
  })

  test('says of a loss how much of it is a teacher’s', async () => {
    expect(text(page, '#losses')).not.toContain('compares it with the unpruned supernet')
    const { config } = run
    const retrain = { distillation: { share: 0.9 } }
    const other: Run = { ...run, config: { ...config, retrain } }
    const taught = renderReport(other, await drawArchitecture(run.architecture!))
    expect(text(taught, '#losses')).toContain(
      'training loss, 90 % of which compares it with the unpruned supernet',
    )
    const measured = { ...run.metrics, baseline: { ...run.metrics!.baseline, teaches: 0.07 } }
    const open = { ...config, retrain: { distillation: { share: 'unexplained' } } }
    const followed = renderReport(
      { ...run, config: open, metrics: measured },
      await drawArchitecture(run.architecture!),
    )
    expect(text(followed, '#losses')).toContain('7 % of which compares it with the unpruned supernet')
  })

  test('says which gap retraining closes, and why retrained networks are larger', () => {
    expect(text(page, 'header > .hint')).toMatch(/gates dropped[^]*Retraining repairs it/)
    expect(text(page, '.figures')).toContain('gates dropped, before retraining')
    expect(text(page, 'header .note')).not.toContain('more parameters')
    const metrics = { ...run.metrics, baseline: { ...run.metrics!.baseline, parameters: 182_400 } }
    expect(text(renderReport({ ...run, metrics }), 'header .note')).toMatch(
      /more parameters than the search counts \(the unpruned one\s+70\)/,
    )
  })

  test('says of a group that went with what read it that nothing of it is left', () => {
    const name = 'cell0/node3'
    const groups = run.events.filter((event) => event.type === 'gates').map(({ step }) => step)
    const end = groups[Math.floor(groups.length / 4)]!
    const events = run.events.flatMap((event): Event[] => {
      if (event.type === 'removal' && event.group === name && event.step > end) return []
      if (event.type !== 'gates' || event.step <= end) return [event]
      const { [name]: _, ...weights } = event.weights
      return [{ ...event, weights }]
    })
    const captions = (events: readonly Event[]) =>
      text(renderReport({ ...run, events }), '#gates figcaption').split('\n')
    const own = captions(events).find((caption) => caption.includes(name))
    expect(own).toMatch(/no longer used, so 0 of 3 left$/)
    expect(captions(run.events).find((caption) => caption.includes(name))).toMatch(/· 2 of 3 left$/)
  })

  test('lists every removal and alarm', () => {
    const removals = run.events.filter((event) => event.type === 'removal')
    expect(find(page, '#removals tbody tr')).toHaveLength(removals.length)
    expect(text(page, '#removals tbody tr:first-child')).toMatch(/gate was 0|threshold|projected/)
    expect(text(page, '#removals .alarms')).toContain('skip holds 62 %')
  })

  test('says what pulled on a removed member, and what it was worth', () => {
    const evidence = {
      skip: {
        gate: 0,
        gradients: { loss: 0.25, 'l1/gates': 0.5, 'l2/gates': 0 },
        ablation: { step: 3, metric: 'rmse', with: 1.5, without: 1.75 } as const,
      },
    }
    const told = run.events.map((event) => (event.type === 'removal' ? { ...event, evidence } : event))
    const shown = renderReport({ ...run, events: told })
    expect(text(shown, '#removals tbody tr:first-child')).toContain(
      'skip: loss +0.25; l1/gates +0.5; rmse 1.5, without 1.75',
    )
  })

  test('lists the other metrics on test, and what each class was decided to be', () => {
    const test = {
      final: 0.9634,
      metrics: { accuracy: 0.9634, f1: 0.4217, matthews: null },
      positive: 'bad <b>',
      confusion: {
        classes: ['good', 'bad <b>'],
        rows: [
          [1270, 3],
          [11, 57],
        ],
      },
    }
    const page = renderReport(runOf({}, { metrics: { ...synthetic.syntheticMetrics, test } }))
    const summary = text(page, '#summary')
    expect(summary).toMatch(/f1 of bad <b>\s*0\.4217\s*matthews\s*–/)
    expect(summary).toMatch(/good\s*1,270\s*3\s*bad <b>\s*11\s*57/)
    expect(summary).not.toMatch(/accuracy\s*0\.9634/)
  })

  test('loads nothing', () => {
    const loads =
      /(?:\bsrc|\bhref|\baction|\bdata)\s*=\s*(?!["']?#)|@import|url\(|<(?:script|link|iframe|img|object|embed)\b/i
    expect(loads.exec(page)).toBeNull()
  })

  test('has no id twice and no id in a chart', () => {
    const ids = find(page, '[id]').map((element) => element.id)
    expect(new Set(ids).size).toBe(ids.length)
    const plots = find(page, 'svg[class^=plot-]').map((element) => element.getAttribute('class'))
    expect(plots.length).toBeGreaterThan(15)
    expect(new Set(plots).size).toBe(plots.length)
  })

  test('is the same page each time', () => {
    expect(renderReport(run, [])).toBe(renderReport(run, []))
  })

  test('repeats the configuration and the schedule', () => {
    expect(JSON.parse(text(page, '#documents details:first-of-type pre'))).toEqual(run.config)
    expect(text(page, '#documents')).toContain('"term":"l1/gates"')
  })
})

describe('verdicts', () => {
  const verdict = (change: Partial<Run>) => text(renderReport(runOf({ epochs: 2 }, change)), '.verdict')
  test('not met', () => {
    expect(verdict({ metrics: { criteria: { passed: false } } })).toBe('✕ criteria not met')
  })
  test('unfinished', () => {
    expect(verdict({ metrics: null })).toBe('unfinished')
  })
  test('without criteria', () => {
    const config = { ...synthetic.syntheticConfig, criteria: [] }
    expect(verdict({ config, metrics: { criteria: { passed: true } } })).toBe('finished, no criteria set')
  })
})

test('escapes markup in every name', () => {
  const evil = '<script>alert("x")</script>&\'`'
  const events = synthetic.syntheticEvents({ epochs: 4 }).map((event) => {
    if (event.type === 'start') {
      const groups = event.groups.map((group) => ({ ...group, members: group.members.map((m) => m + evil) }))
      return { ...event, name: evil, space: evil, backend: evil, metric: evil, groups }
    }
    if (event.type === 'phase') return { ...event, name: evil }
    if (event.type === 'alarm') return { ...event, alarm: evil, message: evil, layer: evil }
    if (event.type === 'removal') return { ...event, layer: evil, lambda: { [evil]: 1 }, members: [evil] }
    if (event.type === 'evaluation') return { ...event, sparsity: { [evil]: 0.5 } }
    if (event.type === 'gates') return { ...event, weights: { ...event.weights, [evil]: { [evil]: 1 } } }
    return event
  }) as Event[]
  const page = renderReport({
    ...runOf(),
    config: { name: evil, data: { file: evil } },
    events,
    schedule: [{ from: 0, to: 10, layer: evil, term: evil, lambda: 1 }],
    architecture: { ...synthetic.syntheticArchitecture(synthetic.syntheticEvents()), space: evil },
  })
  expect(page.includes('<script')).toBe(false)
  expect(text(page, 'h1')).toBe(evil)
  expect(text(page, '.alarms')).toContain(evil)
})

describe('an unfinished run', () => {
  test.each<[string, Event[]]>([
    ['no events at all', []],
    ['only a start event', synthetic.syntheticEvents().slice(0, 1)],
    ['no evaluation', synthetic.syntheticEvents().slice(0, 6)],
    ['interrupted in the middle', synthetic.syntheticEvents().slice(0, 40)],
  ])('%s', (_, events) => {
    const page = renderReport({ ...runOf(), ...unfinished, schedule: [], events })
    expect(find(page, 'section').map((element) => element.id)).toEqual(sections)
    expect(text(page, '.verdict')).toBe('unfinished')
    expect(text(page, '#architecture')).toContain('no architecture derived yet')
    expect(/NaN|Infinity|undefined|\[object/.exec(page)).toBeNull()
  })

  test('a config without a name', () => {
    expect(text(renderReport({ ...runOf({}, unfinished), config: {}, events: [] }), 'h1')).toBe('run')
  })
})

describe('odd runs', () => {
  test('a single evaluation is drawn as dots', () => {
    const page = renderReport(runOf({ epochs: 1, gateEvents: 1 }))
    expect(find(page, '#losses .plot-loss-search circle').length).toBe(3)
    expect(find(page, '#sparsity circle')).not.toHaveLength(0)
    expect(/NaN|Infinity/.exec(page)).toBeNull()
  })

  test('a group removed at once, before any look at its gates', () => {
    const [start, ...rest] = synthetic.syntheticEvents({ units: [4], cells: 1 })
    const members = ['0', '1', '2', '3']
    const removal: Event = {
      type: 'removal',
      step: 1,
      layer: 'encoder/dense0',
      group: 'encoder/dense0',
      members,
      lambda: {},
      by: 'zero',
      before: null,
      after: null,
    }
    const gates: Event = { type: 'gates', step: 2, weights: { 'encoder/dense0': {} } }
    const events = [start!, removal, gates, ...rest.filter((event) => event.type !== 'gates')]
    const page = renderReport(runOf({}, { events, ...unfinished }))
    expect(text(page, '#gates')).toContain('0 of 4 left')
    expect(/NaN|Infinity/.exec(page)).toBeNull()
  })

  test('losses and metrics that are not finite leave gaps and a note', () => {
    const events = synthetic.syntheticEvents().map((event): Event => {
      if (event.type !== 'evaluation' || event.step % 80 === 0) return event
      return { ...event, loss: { total: NaN, task: NaN, reconstruction: null }, validation: NaN, stepMs: NaN }
    })
    const asWritten = JSON.parse(JSON.stringify(events)) as Event[]
    const metrics = { validation: { final: null }, test: { final: NaN }, criteria: { passed: false } }
    for (const page of [events, asWritten].map((e) => renderReport(runOf({}, { events: e, metrics })))) {
      expect(/NaN|Infinity/.exec(page)).toBeNull()
      expect(text(page, '#losses')).toContain('not finite in 13 of 25 evaluations, first at step 40')
    }
  })

  test('a run without one finite loss says so', () => {
    const events = synthetic
      .syntheticEvents()
      .map((event) =>
        event.type === 'evaluation'
          ? { ...event, loss: { total: NaN, task: null, reconstruction: null } }
          : event,
      )
    expect(text(renderReport(runOf({}, { events })), '#losses')).toContain('no finite values')
  })

  test('a schedule that is all 0, and one beyond the last event', () => {
    const schedule = [{ from: 0, to: 5000, layer: 'encoder/dense0', term: 'l1/gates', lambda: 0 }]
    const page = renderReport(runOf({ epochs: 1 }, { schedule }))
    expect(text(page, '#lambda')).toContain('5,000')
    expect(/NaN|Infinity/.exec(page)).toBeNull()
  })
})

test('stays below 3 MB: 400 looks at 20 groups of 15 operations', async () => {
  const run = runOf({ units: [], cells: 10, nodes: 2, gateEvents: 400, epochs: 200 })
  const page = renderReport(run, await drawArchitecture(run.architecture!))
  expect(find(page, '#gates figure').length).toBeGreaterThanOrEqual(20)
  expect(Buffer.byteLength(page)).toBeLessThan(3_000_000)
})

test('a group of many inputs keeps a line a member, a group of many units does not', () => {
  const page = renderReport(runOf({ units: [40], cells: 1, nodes: 26, edges: 25 }))
  const lines = (group: string) => {
    const at = find(page, '#gates figcaption').findIndex(({ textContent }) =>
      textContent.startsWith(`${group} `),
    )
    return find(page, `.plot-gates-${at} g[aria-label=line] path`).length
  }
  expect(find(page, '.plot-gates-0 g[aria-label=area]')).toHaveLength(3)
  expect(lines('encoder/dense0')).toBe(1)
  expect(lines('cell0/node5')).toBe(5)
  expect(lines('cell0/0→2')).toBe(5)
})
