import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeChecksums, readChecksums } from '../../src/base/checksums.js'
import { packagePath, nodeSha256 } from '../../src/base/files.js'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { exportFormats, exportRun } from '../../src/runs/formats.js'
import { reportRun } from '../../src/runs/report-run.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import { readRunConfig } from '../../src/runs/run-folder.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { contentOf, temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

/** A whole search on a file, and a planner's store and a table of latencies would stand likewise: all absolute. */
const config = resolveConfig({
  ...tinyMlp,
  data: { file: at('data/concrete.csv.gz'), target: 'compressive_strength', scaling: 'standard' },
})

/** The files below a folder that hold a text, read as Latin-1, so that no byte is lost. */
const holding = (below: string, text: string): string[] =>
  readdirSync(below, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(below, name)).isFile())
    .filter((name) => readFileSync(join(below, name), 'latin1').includes(text))

beforeAll(async () => {
  mkdirSync(at('data'))
  copyFileSync(packagePath('data', 'concrete', 'concrete.csv.gz'), at('data/concrete.csv.gz'))
  await searchRun({ config, out: at('runs/whole') })
})

describe('a run of a file that was named by an absolute path', () => {
  it('names no folder of the machine, and neither do its report written again and a retraining', async () => {
    await reportRun(at('runs/whole'))
    await retrainRun({ run: at('runs/whole'), out: at('runs/again') })
    // That the search through the files finds what it looks for.
    expect(holding(at('runs'), 'concrete.csv.gz')).toContain('whole/config.json')
    expect(holding(at('runs'), folder)).toEqual([])
    expect(holding(at('runs'), process.cwd())).toEqual([])
    const kept = JSON.parse(readFileSync(at('runs/again/config.json'), 'utf8')) as typeof config
    expect(kept.data.file).toBe('../../data/concrete.csv.gz')
  })

  it('exports none either, in any format', async () => {
    mkdirSync(at('exported'))
    for (const format of exportFormats) await exportRun(at('runs/whole'), format, at(`exported/${format}`))
    expect(readdirSync(at('exported')).length).toBeGreaterThanOrEqual(exportFormats.length)
    expect(holding(at('exported'), folder)).toEqual([])
  })

  it('finds its data again by a link to its folder, and where all was moved', async () => {
    expect(readRunConfig(at('runs/whole')).data.file).toBe(at('data/concrete.csv.gz'))
    mkdirSync(at('deep/er'), { recursive: true })
    symlinkSync(at('runs/whole'), at('deep/er/link'))
    expect(readRunConfig(at('deep/er/link')).data.file).toBe(at('data/concrete.csv.gz'))
    mkdirSync(at('moved'))
    renameSync(at('runs'), at('moved/runs'))
    renameSync(at('data'), at('moved/data'))
    await retrainRun({ run: at('moved/runs/whole'), out: at('moved/runs/third') })
    expect(contentOf(at('moved/runs/third'))['model/weights.bin']).toBe(
      contentOf(at('moved/runs/again'))['model/weights.bin'],
    )
    renameSync(at('moved/runs'), at('runs'))
    renameSync(at('moved/data'), at('data'))
  })
})

describe('an unfinished run', () => {
  /** Stops after the first evaluation. */
  async function stopped(out: string): Promise<void> {
    const controller = new AbortController()
    const onEvent = ({ type }: { readonly type: string }) =>
      void (type === 'evaluation' && controller.abort())
    const options = { config, out, onEvent, signal: controller.signal }
    await expect(searchRun(options)).rejects.toThrow(Interrupted)
  }

  it('is resumed to the same bytes', async () => {
    await stopped(at('runs/stopped'))
    await resumeRun(at('runs/stopped'))
    const [stoppedOnce, whole] = [contentOf(at('runs/stopped')), contentOf(at('runs/whole'))]
    for (const name of ['config.json', 'metrics.json', 'model/weights.bin'])
      expect(stoppedOnce[name], name).toBe(whole[name])
  })

  it('of an earlier build, which kept absolute paths, is resumed as well', async () => {
    await stopped(at('runs/old'))
    const file = at('runs/old/config.json')
    const text = readFileSync(file, 'utf8').replace('../../data', at('data'))
    expect(text).toContain(at('data/concrete.csv.gz'))
    writeFileSync(file, text)
    const { data, files = {} } = readChecksums(at('runs/old')) ?? {}
    writeChecksums(at('runs/old'), { ...files, 'config.json': nodeSha256(text) }, data)
    await resumeRun(at('runs/old'))
    expect(contentOf(at('runs/old'))['model/weights.bin']).toBe(
      contentOf(at('runs/whole'))['model/weights.bin'],
    )
    await retrainRun({ run: at('runs/old'), out: at('runs/old-again') })
    expect(holding(at('runs/old-again'), folder)).toEqual([])
  })
})
