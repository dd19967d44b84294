import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { packagePath } from '../../src/base/files.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { searchRun } from '../../src/runs/search-run.js'
import { program, sentei } from '../cli/helper.js'
import { attack, summary, type Task } from './attacks.js'
import { contentOf, temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (...names: string[]) => join(folder, ...names)
const search = { ...tinyMlp.search, epochs: 3 }
const retrain = { ...tinyMlp.retrain, baseline: false, epochs: 1 }
const config = resolveConfig({ ...tinyMlp, search, retrain, criteria: [] })

beforeAll(async () => {
  writeFileSync(at('rows.csv'), gunzipSync(readFileSync(packagePath('data', 'concrete', 'concrete.csv.gz'))))
  await searchRun({ config, out: at('finished') })
  const controller = new AbortController()
  let evaluations = 0
  const onEvent = ({ type }: { type: string }) => {
    if (type === 'evaluation' && ++evaluations === 2) controller.abort()
  }
  const stopped = searchRun({ config, out: at('stopped'), signal: controller.signal, onEvent })
  await expect(stopped).rejects.toThrow(Interrupted)
})

/** Where commands write; gone before each. */
const out = () => {
  rmSync(at('out'), { recursive: true, force: true })
  return at('out')
}
const printed = (command: string, ...args: string[]): Task => ({
  command: [command, ...args].join(' '),
  run: async (run) => (await program(command, run, ...args)).printed.replaceAll(run, 'RUN'),
})
const written = (command: string, ...args: string[]): Task => ({
  command: [command, ...args].join(' '),
  run: async (run) => {
    const to = out()
    await program(command, run, ...args, '--out', to)
    return readFileSync(existsSync(join(to, 'weights.bin')) ? join(to, 'weights.bin') : to, 'hex')
  },
})
const derive = printed('derive', '--rule', 'magnitude', '--json')
const explain: Task = {
  command: 'explain',
  run: async (run) => (await program('explain', run, 'head/dense0', '--json')).printed,
}
const report: Task = {
  command: 'report',
  run: async (run) => {
    await program('report', run)
    return readFileSync(join(run, 'report.html'), 'utf8')
  },
}
const resume: Task = {
  command: 'resume',
  run: async (run) => {
    await program('resume', run, '--quiet')
    return contentOf(run)
  },
}
const resumeFinished: Task = {
  command: 'resume',
  // What it tells but clocks: without metrics.json it trains once more.
  run: async (run) =>
    (JSON.parse((await program('resume', run, '--json')).printed) as { metrics: object }).metrics,
}
const freeze: Task = {
  command: 'schedule freeze',
  run: async (run) => (await program('schedule', 'freeze', run)).printed,
}
const retrained: Task = {
  command: 'retrain',
  run: async (run) => {
    const to = out()
    await program('retrain', run, '--out', to, '--quiet')
    return readFileSync(join(to, 'model', 'weights.bin'), 'hex')
  },
}

describe('each file of a run flipped, cut and removed: each command refuses it, or gives the same', () => {
  test.each<[string, Task[]]>([
    [
      'finished',
      [
        ...[
          resumeFinished,
          derive,
          printed('derive', '--rule', 'perturbation', '--json'),
          printed('derive', '--json'),
          explain,
        ],
        ...[written('export', '--format', 'layers'), written('export', '--format', 'architecture')],
        ...[written('predict', '--data', at('rows.csv')), report, freeze, retrained],
      ],
    ],
    ['stopped', [resume, derive, explain, report]],
  ])('%s', async (run, tasks) => {
    const findings = await attack(at(run), at('attacked'), tasks)
    console.log(`${run} run, ${findings.length} attacks\n${summary(findings)}`)
    expect(findings.filter(({ ending }) => ending === 'WRONG')).toEqual([])
  })
})

describe('two processes on one folder', () => {
  test('a second resume is refused while the first one runs, and the log has each event once', async () => {
    const run = at('stopped')
    const both = await Promise.all([1, 2].map(() => sentei(folder, ['resume', run, '--quiet'])))
    const codes = both.map(({ code }) => code).sort()
    expect(codes).toEqual([0, 2])
    expect(both.find(({ code }) => code === 2)!.stderr).toMatch(
      /process \d+ is writing there since|has just taken it/,
    )
    const events = readFileSync(join(run, 'events.jsonl'), 'utf8').trim().split('\n')
    const once = events.filter((line) => /"type":"(evaluation|removal|gates|done)"/.test(line))
    expect(new Set(once).size).toBe(once.length)
    expect(contentOf(run)).toEqual(contentOf(at('finished')))
  })

  test('a killed one is taken over, with a message', async () => {
    writeFileSync(
      at('long.json'),
      JSON.stringify({ ...tinyMlp, criteria: [], search: { ...search, epochs: 400 } }),
    )
    const killed = await sentei(folder, ['search', 'long.json', '--out', 'killed'], (stderr, child) => {
      if (/search \d+\//.test(stderr)) child.kill('SIGKILL')
    })
    expect(killed.code).toBe(null)
    let told = false
    const next = await sentei(folder, ['resume', 'killed'], (stderr, child) => {
      if (/search \d/.test(stderr) && !told) told = child.kill('SIGHUP')
    })
    expect(next.code).toBe(130)
    expect(next.stderr).toMatch(
      /killed: process \d+, which held it since .*, has ended; continuing in its place/,
    )
    expect(next.stderr).toMatch(/interrupted: stopping at the next step/)
    expect(existsSync(at('killed/run.lock'))).toBe(false)
  })
})
