import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { listRuns, type ListedRun } from '../../src/runs/list-runs.js'
import { searchRun } from '../../src/runs/search-run.js'
import { temporaryFolder, tinyMlp } from '../runs/helper.js'
import { program } from './helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const named = (name: string): ListedRun | undefined => listRuns(folder).runs.find(({ run }) => run === name)

/** Sets when a run's log was last written. */
const written = (name: string, date: string) =>
  utimesSync(at(`${name}/events.jsonl`), new Date(date), new Date(date))

beforeAll(async () => {
  await searchRun({ config: resolveConfig(tinyMlp), out: at('whole') })
  const controller = new AbortController()
  const missed = { ...tinyMlp, criteria: [{ metric: 'parameters-share', atMost: 0.001 }] }
  await searchRun({ config: resolveConfig(missed), out: at('sweep/missed') })
  const onEvent = ({ type }: { readonly type: string }) => void (type === 'evaluation' && controller.abort())
  const stopping = { config: resolveConfig(tinyMlp), out: at('cut'), onEvent, signal: controller.signal }
  await expect(searchRun(stopping)).rejects.toThrow(Interrupted)
  // As if the process had been killed: the log ends with no word on why.
  cpSync(at('cut'), at('killed'), { recursive: true })
  const log = readFileSync(at('killed/events.jsonl'), 'utf8').trimEnd().split('\n')
  writeFileSync(at('killed/events.jsonl'), `${log.slice(0, -1).join('\n')}\n`)
  rmSync(at('killed/checksums.json'))
  rmSync(at('killed/checkpoint'), { recursive: true })
  // As if a process of this machine were writing: this one.
  cpSync(at('killed'), at('busy'), { recursive: true })
  const owner = {
    format: 'sentei-lock/1',
    pid: process.pid,
    host: hostname(),
    began: null,
    since: '2026-01-01',
  }
  writeFileSync(at('busy/run.lock'), JSON.stringify(owner))
  mkdirSync(at('odd'))
  copyFileSync(at('whole/config.json'), at('odd/config.json'))
  writeFileSync(at('odd/events.jsonl'), 'no events\n{}\n')
  mkdirSync(at('notes/empty'), { recursive: true })
  writeFileSync(at('notes/config.json'), '{}')
  written('whole', '2026-03-01T10:00:00Z')
  written('sweep/missed', '2026-03-02T10:00:00Z')
  written('cut', '2026-02-01T10:00:00Z')
  written('killed', '2026-01-02T10:00:00Z')
  written('busy', '2026-01-01T10:00:00Z')
})

describe('sentei runs', () => {
  it('lists the runs below a folder, the last written first', () => {
    expect(listRuns(folder).runs.map(({ run, state }) => [run, state])).toEqual([
      ['sweep/missed', 'finished'],
      ['whole', 'finished'],
      ['cut', 'interrupted'],
      ['killed', 'stopped'],
      ['busy', 'running'],
    ])
  })

  it('says of a run what its metrics say', () => {
    const metrics = JSON.parse(readFileSync(at('whole/metrics.json'), 'utf8')) as {
      readonly validation: { readonly final: number }
      readonly test: { readonly final: number }
      readonly derived: { readonly parameters: number }
      readonly baseline: { readonly parameters: number }
    }
    expect(named('whole')).toEqual({
      run: 'whole',
      state: 'finished',
      retraining: false,
      data: 'concrete',
      space: 'autoencoder-mlp',
      seed: 1,
      metric: 'rmse',
      validation: metrics.validation.final,
      test: metrics.test.final,
      parameters: metrics.derived.parameters,
      share: metrics.derived.parameters / metrics.baseline.parameters,
      criteria: { passed: true, of: 1 },
      last: '2026-03-01T10:00:00.000Z',
    })
    expect(named('sweep/missed')?.criteria).toEqual({ passed: false, of: 1 })
    expect(named('cut')).toMatchObject({ data: 'concrete', metric: null, parameters: null, criteria: null })
  })

  it('names what it cannot read, and goes on', () => {
    const { unreadable } = listRuns(folder)
    expect(unreadable.map(({ run }) => run)).toEqual(['odd'])
    expect(unreadable[0]!.why).toContain('events.jsonl:1: expected a JSON object')
  })

  it('prints a table, or JSON', async () => {
    const { printed, code } = await program('runs', folder)
    expect(code).toBe(0)
    const [header, missed, whole] = printed.split('\n')
    expect(header).toMatch(/^run +state +data +metric +validation +test +parameters +share +criteria +last$/)
    expect(missed).toMatch(/^sweep\/missed +finished .* missed +2026-03-02 10:00Z$/)
    expect(whole).toMatch(/^whole +finished +concrete +rmse +.* met +2026-03-01 10:00Z$/)
    expect(JSON.parse((await program('runs', folder, '--json')).printed)).toEqual({
      folder,
      ...listRuns(folder),
    })
  })

  it('lists a run itself, and refuses what is no folder', async () => {
    expect(listRuns(at('whole')).runs.map(({ run }) => run)).toEqual(['.'])
    await expect(program('runs', at('none'))).rejects.toThrow(
      /none: expected a folder with runs, got nothing there; /,
    )
  })
})
