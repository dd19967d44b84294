import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tinyMlp } from '../runs/helper.js'
import { jsonOf, program, sentei, type Outcome } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)

let first: Outcome
beforeAll(async () => {
  writeFileSync(at('tiny.json'), JSON.stringify({ ...tinyMlp, criteria: [] }))
  first = await sentei(folder, ['search', 'tiny.json'])
})

describe('search', () => {
  test('prints a table, where report and model lie, and its progress on stderr', () => {
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(/supernet +251 +224 /)
    expect(first.stdout).toMatch(/unpruned, retrained +251[^]*derived, retrained +\d+/)
    expect(first.stdout).toMatch(
      /^gap {6}rmse lost: .* when members were removed, .* was derived, .* gates were dropped/m,
    )
    expect(first.stdout).toMatch(
      /report {3}runs\/tiny-seed1\/report\.html\nmodel {4}runs\/tiny-seed1\/model\nnext {5}sentei predict runs\/tiny-seed1 --data FILE/,
    )
    expect(first.stderr).toMatch(/search 5\/30 {2}rmse [^]*retrain 10\/10 {2}rmse /)
    expect(existsSync(at('runs/tiny-seed1/report.html'))).toBe(true)
  })

  test('--json prints one object on stdout; --seed and --set change the configuration', async () => {
    const args = ['search', 'tiny.json', '--seed', '4', '--set', 'search.epochs=2', 'retrain.baseline=false']
    const outcome = await sentei(folder, [...args, '--out', 'four', '--json', '--quiet'])
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(jsonOf(outcome)).toMatchObject({ run: 'four', model: 'four/model', metrics: { seed: 4 } })
    const config = JSON.parse(readFileSync(at('four/config.json'), 'utf8')) as { search: { steps: number } }
    expect(config.search.steps).toBe(2 * 5)
  })

  test('exits with 3 where a criterion is not met', async () => {
    const criteria = 'criteria=[{ metric: r2, atLeast: 0.999 }]'
    const args = ['search', 'tiny.json', '--set', 'search.epochs=2', criteria, '--out', 'three', '--quiet']
    const { code, stdout, stderr } = await sentei(folder, args)
    expect(code).toBe(3)
    expect(stderr).toMatch(/^criterion not met: r2 \(test\) ≥ 0\.999, got -?[\d.]+\n$/)
    expect(stdout).toContain('model    three/model-refused')
    expect(existsSync(at('three/model'))).toBe(false)
    expect(readFileSync(at('three/card.md'), 'utf8')).toMatch(
      /\*\*Refused: this model does not meet[^]*NOT met: r2 \(test\) ≥ 0\.999, got [^]*folder model-refused\/ over/,
    )
  })

  test('exits with 2 where the folder is taken or the configuration is wrong', async () => {
    const taken = await sentei(folder, ['search', 'tiny.json'])
    expect(taken).toMatchObject({ code: 2, stdout: '' })
    expect(taken.stderr).toContain('runs/tiny-seed1: expected a new or empty folder')
    const wrong = await sentei(folder, ['search', 'tiny.json', '--set', 'search.epoch=2', '--out', 'wrong'])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(
      /config\.search\.epoch: unknown key, did you mean "epochs"\? \(--set search\.epoch=2\)/,
    )
    expect(existsSync(at('wrong'))).toBe(false)
  })

  test('exits with 1 where it fails, without a stack trace', async () => {
    writeFileSync(at('file'), '')
    const { code, stderr } = await sentei(folder, ['search', 'tiny.json', '--out', 'file/run', '--quiet'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ENOTDIR[^\n]*\n$/)
  })
})

describe('after a search', () => {
  const run = at('runs/tiny-seed1')

  test('derive prints the architecture', async () => {
    expect((await program('derive', run)).printed).toMatch(/^encoder\/dense0 +\d+ of 12 +units\n/m)
    const same = await sentei(folder, ['derive', run, '--rule', 'magnitude'])
    expect(same.stderr).toBe(
      'nothing differs from the run’s own architecture; --step reads the gates as they were earlier\n',
    )
    const { printed } = await program('derive', run, '--json')
    expect(JSON.parse(printed)).toEqual(JSON.parse(readFileSync(join(run, 'architecture.json'), 'utf8')))
  })

  test('retrain trains it again, but the search stays as it was', async () => {
    const five = await program('retrain', run, '--seed', '5', '--out', at('five'), '--json', '--quiet')
    expect(five.code).toBe(0)
    expect(JSON.parse(five.printed)).toMatchObject({ run: at('five'), metrics: { seed: 5 } })
    await expect(program('retrain', run, '--set', 'search.epochs=9', '--out', at('nine'))).rejects.toThrow(
      '--set search.epochs=9: the search is over; only retrain, criteria',
    )
    expect(existsSync(at('nine'))).toBe(false)
  })

  test('predict writes CSV to stdout or a file, and nothing else', async () => {
    writeFileSync(
      at('new.csv'),
      'cement,blast_furnace_slag,fly_ash,water,superplasticizer,coarse_aggregate,fine_aggregate,age\n540,0,0,162,2.5,1040,676,28\n',
    )
    const { stdout, stderr } = await sentei(folder, ['predict', run, '--data', 'new.csv'])
    expect(stdout).toMatch(/^line,compressive_strength,status\n2,-?[\d.]+,ok\n$/)
    expect(stderr).toBe('1 ok\n')
    const { printed } = await program('predict', run, '--data', at('new.csv'), '--out', at('p.csv'), '--json')
    expect(JSON.parse(printed)).toEqual({
      out: at('p.csv'),
      rows: 1,
      warnings: [],
      counts: { ok: 1, remarks: {}, refused: 0 },
    })
    expect(readFileSync(at('p.csv'), 'utf8')).toBe(stdout)
    writeFileSync(at('odd.csv'), readFileSync(at('new.csv'), 'utf8').replace('162', 'x'))
    const odd = await sentei(folder, ['predict', run, '--data', 'odd.csv'])
    expect(odd).toMatchObject({ code: 0 })
    expect(odd.stdout).toBe('line,compressive_strength,status\n2,,"no number in water: ""x"""\n')
    expect(odd.stderr).toBe('0 ok, 1 no number in water; 1 without a prediction\n')
    const strict = await sentei(folder, ['predict', run, '--data', 'odd.csv', '--strict'])
    expect(strict).toMatchObject({ code: 2, stdout: '' })
    expect(strict.stderr).toContain('odd.csv line 2, column "water": expected a number, got "x"')
  })

  test('export and report write files', async () => {
    const svg = await program('export', run, '--format', 'svg', '--out', at('a.svg'))
    expect(svg.printed).toBe(at('a.svg'))
    expect(readFileSync(at('a.svg'), 'utf8')).toContain('<svg')
    await expect(program('export', run, '--format', 'tflite', '--out', at('a.tflite'))).rejects.toThrow(
      'expected one of layers, onnx, architecture, dot, svg, got "tflite"',
    )
    const { printed } = await program('report', run, '--json')
    expect(JSON.parse(printed)).toEqual({ report: join(run, 'report.html') })
  })
})
