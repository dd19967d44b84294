import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentOf, tinyMlp } from '../runs/helper.js'
import { jsonOf, sentei, type Outcome } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)

let first: Outcome
beforeAll(async () => {
  writeFileSync(at('tiny.json'), JSON.stringify({ ...tinyMlp, criteria: [] }))
  first = await sentei(folder, ['search', 'tiny.json'])
})

describe('an interrupt', () => {
  test('writes a checkpoint and exits with 130; resume gives the same bytes', async () => {
    const args = ['search', 'tiny.json', '--out', 'stopped']
    const stopped = await sentei(folder, args, (stderr, child) => {
      if (stderr.includes('search 10/30') && !stderr.includes('interrupted')) child.kill('SIGINT')
    })
    expect(stopped).toMatchObject({ code: 130, stdout: '' })
    expect(stopped.stderr).toContain('go on with "sentei resume stopped"')
    const derive = await sentei(folder, ['derive', 'stopped'])
    expect(derive.code).toBe(2)
    expect(derive.stderr).toContain('the run was interrupted; go on with "sentei resume stopped"')
    const predict = await sentei(folder, ['predict', 'stopped', '--data', 'tiny.json'])
    expect(predict).toMatchObject({ code: 2, stdout: '' })
    expect(predict.stderr).toBe(
      'stopped: expected a model, got none; the run was interrupted; go on with "sentei resume stopped"\n',
    )

    const resumed = await sentei(folder, ['resume', 'stopped', '--json'])
    expect(resumed.code).toBe(0)
    expect(jsonOf(resumed).run).toBe('stopped')
    expect(contentOf(at('stopped'))).toEqual(contentOf(at('runs/tiny-seed1')))
  })

  test('resume of a finished run says so', async () => {
    const { code, stdout, stderr } = await sentei(folder, ['resume', 'runs/tiny-seed1'])
    expect(code).toBe(0)
    expect(stderr).toBe('runs/tiny-seed1: the run is finished, nothing is left to do\n')
    expect(stdout).toBe(first.stdout)
  })
})
