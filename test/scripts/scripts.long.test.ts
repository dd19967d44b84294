import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const short = JSON.stringify({
  search: { epochs: 12, batch: 64 },
  retrain: { epochs: 3, batch: 64 },
})

/** Runs a compiled script as a user would, cut short, in a folder of its own; its standard output. */
function runScript(name: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join('dist', 'scripts', `${name}.js`), ...args], {
    encoding: 'utf8',
    env: { ...process.env, SENTEI_OVERRIDES: short },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

describe('the scripts that users copy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-scripts-'))

  it('one-shot searches and export writes every format of what it found', () => {
    const out = join(folder, 'run')
    const printed = runScript('one-shot', out)
    expect(printed).toMatch(/^encoder\/dense0: \d+ of 64 units$/m)
    expect(printed).toMatch(/^test rmse: \d+\.\d+$/m)

    const exported = join(folder, 'exported')
    expect(runScript('export', out, exported)).toMatch(/^svg: /m)
    expect(JSON.parse(readFileSync(join(exported, 'architecture.json'), 'utf8'))).toHaveProperty('groups')
    for (const file of ['model/model.json', 'model/weights.bin', 'architecture.dot', 'architecture.svg'])
      expect(existsSync(join(exported, file))).toBe(true)
  })

  it('the demo’s configuration is a valid one that searches and compares', () => {
    const printed = execFileSync(
      process.execPath,
      [
        'dist/src/cli/main.js',
        'search',
        'scripts/demo.yaml',
        '--out',
        join(folder, 'demo'),
        '--json',
        '--quiet',
        '--set',
        'search.epochs=1',
        '--set',
        'retrain.epochs=1',
        '--set',
        'criteria=[]',
        '--set',
        'supernet.options.channels=4',
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const { metrics } = JSON.parse(printed) as {
      metrics: { baseline: { test: number }; test: { final: number } }
    }
    expect(metrics.baseline.test).toBeGreaterThanOrEqual(0)
    expect(metrics.test.final).toBeGreaterThanOrEqual(0)
  })
})
