import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { searchRun } from '../../src/runs/search-run.js'
import { tinyMlp } from '../runs/helper.js'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-schedule-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
const shown = async (...args: string[]) => (await program('schedule', 'show', ...args)).printed
const onCells = [
  '--supernet',
  'darts-cell',
  '--options',
  '{ cells: 3, reductions: [] }',
  '--iterations',
  '100',
]

beforeAll(async () => {
  await searchRun({ config: resolveConfig(tinyMlp), out: at('run') })
  writeFileSync(at('config.yaml'), JSON.stringify(tinyMlp))
})

describe('schedule show', () => {
  test('tells λ by term, layer and phase', async () => {
    const text = await shown('front-to-back', ...onCells)
    expect(text).toMatch(
      /λ +warm-up +press +decide +relax +pressure\niterations +0–10 +10–80 +80–85 +85–100 +means\n/,
    )
    expect(text).toMatch(
      /l2\/weights {2}stem … classifier \(5 layers\) +0\.0005 +0\.0005 +0\.0005 +0\.0005 *\n/,
    )
    expect(text).toMatch(/l1\/gates {2}cell0 +– +2 → 20 +20 → 100 +– +\d+\.\d+\n/)
    // A layer that begins later is pressed less in all.
    const pressures = [...text.matchAll(/l1\/gates {2}cell\d +– +\d → 20 +20 → 100 +– +(\d+\.\d+)$/gm)]
    const made = pressures.map(([, pressure]) => Number(pressure))
    expect(made).toHaveLength(3)
    expect(made[0]!).toBeGreaterThan(made[1]!)
    expect(made[1]!).toBeGreaterThan(made[2]!)
  })

  test('names selectors, and gives the largest λ where it is in the middle', async () => {
    const points = [
      [0, 0],
      [0.5, 2],
      [1, 0.5],
    ]
    const entry = { term: 'l1', part: 'gates', members: ['skip', '*-pool-*'], groups: 'cell1/*→*' }
    const phases = [
      { name: 'a', until: { epochs: 2 }, terms: [{ ...entry, lambda: { curve: 'piecewise', points } }] },
      { name: 'b', until: 1 },
    ]
    writeFileSync(at('selects.json'), JSON.stringify({ name: 'selects', phases }))
    const text = await shown(at('selects.json'), ...onCells, '--epochs', '4')
    expect(text).toContain('l1 on gates of **, groups cell1/*→*, members skip,*-pool-*')
    expect(text).toMatch(/a: 0 % to 2 epochs/)
    expect(text).toMatch(
      /l1\/gates\[cell1\/\*→\*:skip \*-pool-\*\] {2}cell1 +0 → 1\.9\d+ → 0\.5 +– +\d\.\d+$/,
    )
    await expect(shown(at('selects.json'), ...onCells)).rejects.toThrow('epochs need to be known')
  })

  test('of a configuration is what it will use, of a run what it used, and both are the same', async () => {
    const csv = readFileSync(at('run/schedule.csv'), 'utf8').trimEnd()
    expect(await shown(at('config.yaml'), '--csv')).toBe(csv)
    expect(await shown(at('run'), '--csv')).toBe(csv)
    const { steps, phases, layers, segments } = JSON.parse(await shown(at('run'), '--json')) as {
      steps: number
      phases: object[]
      layers: string[]
      segments: object[]
    }
    expect(steps).toBe(30)
    expect(phases).toEqual([
      { name: 'autoencoder', step: 0 },
      { name: 'press', step: 6 },
      { name: 'relax', step: 24 },
    ])
    expect(layers).toContain('decoder/output')
    expect(segments.length).toBe(csv.split('\n').length - 1)
  })

  test('--svg draws one file that loads nothing and has every term and layer', async () => {
    expect(
      await shown('autoencoder-first', '--supernet', 'autoencoder-mlp', '--svg', '--out', at('s.svg')),
    ).toBe(at('s.svg'))
    const svg = readFileSync(at('s.svg'), 'utf8')
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    for (const name of ['task', 'reconstruction', 'l2/weights', 'l1/gates'])
      expect(svg).toContain(`>${name}</tspan>`)
    for (const name of ['whole net', 'encoder/dense0', 'decoder/output', 'autoencoder', 'press'])
      expect(svg).toContain(name)
    expect(svg.match(/<svg /g)).toHaveLength(5)
    expect(svg.match(/<\/svg>/g)).toHaveLength(5)
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|<script|<image/)
  })

  test.each<[string[], string]>([
    [['none', '--svg'], '--svg: needs --supernet'],
    [['none', '--iterations', '5'], '--iterations: needs --supernet'],
    [['none', ...onCells.slice(0, 2), '--options', 'cells'], '--options: expected a YAML object'],
    [
      ['none', ...onCells.slice(0, 2), '--options', '{ cels: 4 }'],
      'options.cels: unknown key, did you mean "cells"?',
    ],
    [
      ['none', ...onCells, '--relaxation', 'soft'],
      '--relaxation: unknown relaxation soft; relaxations: gates, softmax',
    ],
    [['fixed-l1', ...onCells, '--relaxation', 'softmax'], 'l1 on softmax is refused'],
    [[at('run'), '--iterations', '5'], '--iterations: only for a schedule alone; the run says that itself'],
    [
      [at('config.yaml'), '--supernet', 'darts'],
      '--supernet: only for a schedule alone; the configuration says',
    ],
    [[folder], 'config.json: no such file; is this the folder of a run?'],
  ])('%j is refused', async (args, message) => {
    await expect(shown(...args)).rejects.toThrow(message)
  })
})

test('schedule validate takes a preset, a configuration and a run', async () => {
  const valid = async (...args: string[]) => (await program('schedule', 'validate', ...args)).printed
  expect(await valid('none')).toBe('none: valid')
  expect(await valid('none', ...onCells)).toBe('none: valid: 5 layers, 100 iterations')
  expect(JSON.parse(await valid(at('config.yaml'), '--json'))).toMatchObject({
    kind: 'configuration',
    valid: true,
  })
  expect(JSON.parse(await valid(at('run'), '--json'))).toMatchObject({ kind: 'run', compiled: true })
})

test('schedule validate refuses a rule that there is not', async () => {
  const phases = [{ name: 'all', until: 1 }]
  writeFileSync(at('rule.json'), JSON.stringify({ name: 'x', phases, prune: { rule: 'magnitud' } }))
  for (const on of [[], onCells])
    await expect(program('schedule', 'validate', at('rule.json'), ...on)).rejects.toThrow(
      'schedule.prune.rule: unknown rule magnitud; did you mean "magnitude"?',
    )
})

describe('schedule freeze', () => {
  test('writes a document that a configuration takes, and overwrites nothing', async () => {
    const freeze = () => program('schedule', 'freeze', at('run'), '--out', at('frozen.json'))
    expect((await freeze()).printed).toBe(at('frozen.json'))
    const text = readFileSync(at('frozen.json'), 'utf8')
    expect(text).toMatch(/\n {4}\[0,6,"\*","task",0\],\n/)
    expect(text).toMatch(/\n {6}\{"step":\d+,"group":"[^"]+","members":\[/)
    await expect(freeze()).rejects.toThrow('frozen.json: it exists already')
    expect(await shown(at('frozen.json'))).toContain('replays a run of 30 iterations with')
    const { supernet } = tinyMlp
    const options = ['--supernet', supernet.space, '--options', JSON.stringify(supernet.options)]
    expect(`${await shown(at('frozen.json'), ...options, '--csv')}\n`).toBe(
      readFileSync(at('run/schedule.csv'), 'utf8'),
    )
  })

  test('prints it where no file is named', async () => {
    const { printed } = await program('schedule', 'freeze', at('run'))
    expect(JSON.parse(printed)).toMatchObject({ name: 'press-units-frozen', replay: { steps: 30 } })
    expect(existsSync(at('undefined'))).toBe(false)
  })

  test('needs a finished run', async () => {
    await expect(program('schedule', 'freeze')).rejects.toThrow('expected the folder of a finished run')
    await expect(program('schedule', 'freeze', at('none'))).rejects.toThrow('none/config.json: no such file')
  })
})
