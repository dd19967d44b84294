import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { Interrupted, Refused } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { exportRun } from '../../src/runs/formats.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { program } from '../cli/helper.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (...names: string[]) => join(folder, ...names)
const read = (...names: string[]) => readFileSync(at(...names), 'utf8')
const config = resolveConfig({
  ...tinyMlp,
  schedule: 'none',
  search: { ...tinyMlp.search, epochs: 2 },
  retrain: { ...tinyMlp.retrain, baseline: false, distillation: { share: 0 } },
  criteria: [{ metric: 'stability', seeds: 3, atMost: 1e-6 }],
})

beforeAll(async () => {
  await searchRun({ config, out: at('whole') })
})

test('a run that was stopped while it trained again has the same bytes as one that was not', async () => {
  const controller = new AbortController()
  const onEvent = (event: { type: string }) => event.type === 'again' && controller.abort()
  await expect(searchRun({ config, out: at('cut'), onEvent, signal: controller.signal })).rejects.toThrow(
    Interrupted,
  )
  await resumeRun(at('cut'))
  for (const file of ['metrics.json', 'card.md', 'network.safetensors'])
    expect(read('cut', file) === read('whole', file), file).toBe(true)
  expect(read('cut', 'events.jsonl').match(/"again"/g)).toHaveLength(2)
})

test('a model that is not stable is refused with value, bound and remedy', async () => {
  await expect(exportRun(at('whole'), 'layers', at('out'))).rejects.toThrow(
    /stability over 3 seeds \(test\) ≤ 0\.000001, got [\d.]+ \([\d., ]+ with seeds 1, 2, 3\) \(train longer .*--refused/,
  )
  await expect(exportRun(at('whole'), 'layers', at('out'))).rejects.toThrow(Refused)
  expect(existsSync(at('out'))).toBe(false)
  expect(existsSync(at('whole', 'model-refused', 'model.json'))).toBe(true)
})

test('a retraining judges it anew, with its own seed and those that follow', async () => {
  const { metrics } = await retrainRun({
    run: at('whole'),
    out: at('again'),
    configure: (own) => ({ ...own, seed: 2, criteria: [{ ...own.criteria[0]!, seeds: 2, atMost: 1e9 }] }),
  })
  const [result] = metrics.criteria.results
  const [, first, second] = /^[\d.]+, ([\d.]+), ([\d.]+) with/.exec(
    (JSON.parse(read('whole', 'metrics.json')) as typeof metrics).criteria.results[0]!.where!,
  )!
  // Nothing taught, so that a retraining with a seed is one of the trainings that were judged.
  expect(result).toMatchObject({ passed: true, where: `${first}, ${second} with seeds 2, 3` })
})

test('the plan counts the trainings', async () => {
  writeFileSync(at('mine.json'), JSON.stringify(config))
  const plan = async (...set: string[]) => {
    const { printed } = await program('plan', at('mine.json'), '--json', ...set)
    return JSON.parse(printed) as {
      minutes: Record<'retrain' | 'further', { typical: number; most: number } | null>
    }
  }
  const { minutes } = await plan()
  expect(minutes.further!.typical / minutes.retrain!.typical).toBeCloseTo(2, 9)
  expect(minutes.further!.most / minutes.retrain!.most).toBeCloseTo(2, 9)
  expect((await plan('--set', 'criteria=[]')).minutes.further).toBeNull()
  const { printed } = await program('plan', at('mine.json'))
  expect(printed).toContain('with other seeds, for the criterion stability, ')
})
