import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tinyMlp } from '../runs/helper.js'
import { jsonOf, sentei } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)

beforeAll(() => writeFileSync(at('tiny.json'), JSON.stringify({ ...tinyMlp, criteria: [] })))

describe('search', () => {
  test('a model that misses a criterion is exported with --refused only, which overwrites nothing', async () => {
    const criteria = 'criteria=[{ metric: r2, atLeast: 0.999 }]'
    await sentei(folder, ['search', 'tiny.json', '--set', criteria, '--out', 'three', '--quiet'])
    const layers = ['export', 'three', '--format', 'layers', '--out', 'forced']
    const refused = await sentei(folder, layers)
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toMatch(
      /^three: refused: the model does not meet the criteria that were set beforehand: r2 \(test\) ≥ 0\.999, got -?[\d.]+ \(train longer .*\); train another one, or export this one all the same with --refused\n$/,
    )
    expect(existsSync(at('forced'))).toBe(false)
    expect((await sentei(folder, ['export', 'three', '--format', 'dot', '--out', 'three.dot'])).code).toBe(0)
    expect((await sentei(folder, [...layers, '--force'])).code).toBe(3)
    expect(existsSync(at('forced'))).toBe(false)
    const forced = await sentei(folder, [...layers, '--refused'])
    expect(forced).toMatchObject({ code: 0, stdout: 'forced\n' })
    expect(forced.stderr).toContain(
      'three: exported although it does not meet its criteria: r2 (test) ≥ 0.999, got ',
    )
    const again = await sentei(folder, [...layers, '--refused'])
    expect(again.code).toBe(2)
    expect(again.stderr).toContain(
      'forced: it is not empty; choose another --out, or overwrite it with --force',
    )
    expect((await sentei(folder, [...layers, '--force', '--refused'])).code).toBe(0)
  })

  test('exits with 1 and the remedy where training diverges', async () => {
    const rate = ['--set', 'search.weights.learningRate=1e30']
    const { code, stderr } = await sentei(folder, [
      'search',
      'tiny.json',
      '--out',
      'diverged',
      '--quiet',
      ...rate,
    ])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^change a setting and go on: "sentei resume diverged --set search\.weights\.clipNorm=1"\nsearch diverged: the .+ at iteration \d+ with learning rate [\d.e+]+, and with 1e\+30, .+ before, each time from iteration 0 on; lower config\.search\.weights\.learningRate, or limit the gradient by config\.search\.weights\.clipNorm\n$/,
    )
    const derive = await sentei(folder, ['derive', 'diverged'])
    expect(derive.code).toBe(2)
    expect(derive.stderr).toContain('the run is not finished: search diverged: ')
    const again = await sentei(folder, ['resume', 'diverged'])
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('go on with "sentei resume diverged --set search.weights.clipNorm=1"')
    const changed = ['--set', 'search.weights.learningRate=0.05']
    const mended = await sentei(folder, ['resume', 'diverged', '--json', '--quiet', ...changed])
    expect(mended.code).toBe(0)
    expect(jsonOf(mended).run).toBe('diverged')
  })
})

describe('an interrupt', () => {
  test('does the same with workers, of which more than shards are told', async () => {
    const args = ['search', 'tiny.json', '--out', 'stopped2', '--workers', '2', '--set', 'search.shards=2']
    const stopped = await sentei(folder, args, (stderr, child) => {
      if (stderr.includes('search 10/30') && !stderr.includes('interrupted')) child.kill('SIGINT')
    })
    expect(stopped).toMatchObject({ code: 130, stdout: '' })
    expect(stopped.stderr).toContain(
      '2 workers, but config.retrain.shards is 1: that stage keeps 1 of them busy',
    )
    const resumed = await sentei(folder, ['resume', 'stopped2', '--workers', '2', '--json'])
    expect(jsonOf(resumed)).toMatchObject({ metrics: { shards: 2 }, timings: { workers: 2 } })
  })
})
