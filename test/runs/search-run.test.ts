import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event } from '../../src/events/types.js'
import { readEvents } from '../../src/runs/read-run.js'
import type { FinishedRun } from '../../src/runs/run-folder.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { contentOf, temporaryFolder, tinyCells, tinyMlp } from './helper.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const config = resolveConfig(tinyMlp)
let whole: FinishedRun

beforeAll(async () => {
  whole = await searchRun({ config, out: at('whole') })
})

/** Runs until an event of a kind has come so many times, then aborts; the events that were seen. */
async function interrupted(out: string, type: Event['type'], times: number): Promise<Event[]> {
  const controller = new AbortController()
  const seen: Event[] = []
  const onEvent = (event: Event) => {
    seen.push(event)
    if (seen.filter((each) => each.type === type).length === times) controller.abort()
  }
  await expect(searchRun({ config, out, onEvent, signal: controller.signal })).rejects.toThrow(Interrupted)
  return seen
}

describe('a finished run', () => {
  test('holds every file, and no half-written one', () => {
    const names = [
      ...['config.json', 'events.jsonl', 'schedule.csv', 'architecture.json', 'metrics.json'],
      ...['timings.json', 'report.html', 'card.md', 'checkpoint', 'model/preprocess.json'],
    ]
    for (const name of names) expect(existsSync(at(`whole/${name}`)), name).toBe(true)
  })

  test('says what it found', () => {
    const { metrics, timings, architecture } = whole
    expect(metrics.supernet.name).toBe('autoencoder-mlp')
    expect(metrics.baseline!.parameters).toBeGreaterThanOrEqual(metrics.derived.parameters)
    expect(metrics.test.final).toBeGreaterThan(0)
    expect(metrics.derived.parameters).toBeLessThan(metrics.supernet.parameters / 2)
    expect(Math.abs(metrics.gap.derive!)).toBeLessThan(1e-3)
    expect(metrics.criteria.passed).toBe(true)
    expect(timings.searchSeconds).toBeGreaterThan(0)
    expect(timings.stepMs.filter(({ stage }) => stage === 'search')).toHaveLength(6)
    expect(architecture.groups.map(({ name }) => name)).toEqual([
      'encoder/dense0',
      'encoder/code',
      'head/dense0',
    ])
  })

  test('has a card with figures, criteria and limits', () => {
    const card = readFileSync(at('whole/card.md'), 'utf8')
    for (const part of [
      '# tiny',
      'train 618',
      '| **this model** |',
      'met: parameters-share',
      '## Limits',
      'tf.loadLayersModel',
    ])
      expect(card).toContain(part)
  })

  test('is told again, not run again, when it is resumed', async () => {
    const events: Event[] = []
    const again = await resumeRun(at('whole'), { onEvent: (event) => events.push(event) })
    expect(again.metrics).toEqual(whole.metrics)
    expect(events).toEqual([])
  })
})

describe('the same seed and configuration', () => {
  test('write the same bytes', async () => {
    await searchRun({ config, out: at('again') })
    expect(contentOf(at('again'))).toEqual(contentOf(at('whole')))
  })

  test('another seed gives another model', async () => {
    const other = await searchRun({ config: { ...config, seed: 2 }, out: at('other') })
    expect(other.metrics.test.final).not.toBe(whole.metrics.test.final)
  })

  test('write the same bytes for a search over cells, and leave no tensor behind', async () => {
    const cells = resolveConfig(tinyCells)
    const newTensors = tensorCounter()
    const first = await searchRun({ config: cells, out: at('cells1') })
    expect(newTensors()).toBe(0)
    await searchRun({ config: cells, out: at('cells2') })
    expect(contentOf(at('cells2'))).toEqual(contentOf(at('cells1')))
    const { groups } = first.architecture
    expect(groups.filter(({ kind }) => kind === 'operations').every(({ kept }) => kept.length === 1)).toBe(
      true,
    )
  })
})

describe('an interrupted run', () => {
  test.each<[string, Event['type'], number]>([
    ['in the middle of an epoch', 'gates', 4],
    ['right after a removal', 'removal', 1],
    ['at the end of an epoch', 'evaluation', 2],
    ['while retraining', 'evaluation', 9],
  ])('%s goes on as if it had never stopped', async (name, type, times) => {
    const out = at(name)
    const newTensors = tensorCounter()
    const seen = await interrupted(out, type, times)
    expect(newTensors()).toBe(0)
    expect(existsSync(join(out, 'metrics.json'))).toBe(false)
    expect(existsSync(join(out, 'checkpoint'))).toBe(true)
    // What a process that was killed may have written after its last checkpoint.
    appendFileSync(join(out, 'events.jsonl'), '{"type":"gates","st')
    await resumeRun(out)
    expect(contentOf(out)).toEqual(contentOf(at('whole')))
    expect(seen[0]!.type).toBe('start')
  })

  test.each<[string, Event['type'], number]>([
    ['searching', 'gates', 3],
    ['retraining', 'evaluation', 9],
  ])('while %s has one log, each event of the search once', async (name, type, times) => {
    const out = `log-${name}`
    await interrupted(at(out), type, times)
    await resumeRun(at(out))
    const searched = (run: string) =>
      readEvents(at(run))
        .filter(({ type }) => type !== 'stage')
        .map((event) => (event.type === 'evaluation' ? { ...event, stepMs: 0 } : event))
    expect(searched(out)).toEqual(searched('whole'))
  })

  test('before its first checkpoint starts anew', async () => {
    mkdirSync(at('killed'))
    writeFileSync(at('killed/config.json'), readFileSync(at('whole/config.json')))
    writeFileSync(at('killed/events.jsonl'), '{"type":"start"')
    await resumeRun(at('killed'))
    expect(contentOf(at('killed'))).toEqual(contentOf(at('whole')))
  })
})

test('a mode whose gates have no rows is refused before anything is written', async () => {
  const search = { ...config.search, mode: 'alternating' as const }
  await expect(searchRun({ config: { ...config, search }, out: at('rowless') })).rejects.toThrow(
    'config.search.mode: alternating trains gates on the split arch, which is empty',
  )
  expect(existsSync(at('rowless'))).toBe(false)
})

describe('criteria', () => {
  test('of another task are refused before anything is written', async () => {
    const criteria = [{ metric: 'parameters' as const, split: 'test' as const, atMost: 1e9 }]
    const wrong = { metric: 'accuracy' as const, split: 'test' as const, atLeast: 0.5 }
    const call = searchRun({ config: { ...config, criteria: [...criteria, wrong] }, out: at('judged') })
    await expect(call).rejects.toThrow('config.criteria.1.metric: accuracy does not fit a regression task')
    expect(existsSync(at('judged'))).toBe(false)
  })

  test.each([
    [{ metric: 'rmse', bins: 3, atMost: 1 }, 'config.criteria.0.bins: rmse has no such key; it has none'],
    [{ metric: 'under-noise', of: 'accuracy', atMost: 1 }, 'config.criteria.0.of: accuracy does not fit'],
    [{ metric: 'worst-class', atLeast: 1 }, 'config.criteria.0.metric: worst-class does not fit a regress'],
    [{ metric: 'monotonicity', column: 'agee', atLeast: 1 }, 'config.criteria.0.column: expected one of cem'],
  ] as const)('%j is refused by name', async (criterion, message) => {
    const criteria = [{ split: 'test' as const, ...criterion }]
    await expect(searchRun({ config: { ...config, criteria }, out: at('judged') })).rejects.toThrow(message)
  })
})

describe('a folder is refused', () => {
  test('that is a file', async () => {
    writeFileSync(at('file'), '')
    await expect(searchRun({ config, out: at('file') })).rejects.toThrow(
      'file: expected a new or empty folder, got a file; choose another --out',
    )
  })

  test('that holds a run, or anything else', async () => {
    await expect(searchRun({ config, out: at('whole') })).rejects.toThrow(
      /whole: expected a new or empty folder, got one with another run; choose another --out, or remove it/,
    )
    mkdirSync(at('unfinished'))
    writeFileSync(at('unfinished/config.json'), '{}')
    await expect(searchRun({ config, out: at('unfinished') })).rejects.toThrow(
      /an unfinished run; go on with "sentei resume .*unfinished", or choose another --out/,
    )
    await expect(searchRun({ config, out: folder })).rejects.toThrow(
      /got one with other files; choose another --out/,
    )
  })

  test('where there is no run to resume, or one of another configuration', async () => {
    await expect(async () => resumeRun(at('nothing'))).rejects.toThrow(
      /config\.json: no such file; is this the folder of a run\?/,
    )
    const out = at('another')
    await interrupted(out, 'gates', 1)
    const other = { ...config, seed: 7 }
    await expect(searchRun({ config: other, out, resume: true })).rejects.toThrow(
      /the run has another configuration/,
    )
  })
})
