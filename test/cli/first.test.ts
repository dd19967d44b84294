import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { short, writeBricks } from './bricks.js'
import { sentei } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-first-'))

beforeAll(() => writeBricks(folder))

describe('a search from a file alone', () => {
  it('chooses, tells, saves what it chose, and runs', async () => {
    const { code, stdout, stderr } = await sentei(folder, [
      'search',
      'bricks.csv',
      '--target',
      'strength',
      ...short,
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^derived, /m)
    for (const line of [
      'chosen   data.drop: id (it counts the rows)',
      'chosen   data.missing: indicator; age has empty cells; they are filled, and a further input says where',
      'saved    runs/bricks-seed0.yaml',
      /^bricks.csv: csv, .*; target: strength \(number\)$/m,
      /^space {4}mlp-cell: [\d,]+ parameters, \d+ members in 9 choices; the smallest network that may be left has \d+ parameters$/m,
      /^search {3}20 steps of \d+ rows/m,
      /^time {5}about .* s; at most .* s, if nothing is removed and no training stops early$/m,
      /^ {9}search .*, baseline \(the unpruned supernet\) .*, retraining .*, figures and report /m,
    ])
      expect(stderr).toMatch(line)
    expect(readFileSync(join(folder, 'runs', 'bricks-seed0.yaml'), 'utf8')).toMatch(
      /^ {2}file: \.\.\/bricks\.csv$/m,
    )
    expect(existsSync(join(folder, 'runs', 'bricks-seed0', 'model', 'model.json'))).toBe(true)
  })

  it('of which a search that could not begin leaves one file, which the next takes', async () => {
    const args = ['search', 'bricks.csv', '--target', 'strength', '--set', 'search.batch=0']
    for (let i = 0; i < 2; i++)
      expect((await sentei(folder, args)).stderr).toContain('saved    runs/bricks-seed0-2.yaml')
  })

  it.each([
    [
      ['bricks.csv'],
      '--target: expected the column of bricks.csv to predict (id, heat, kind, age, strength), got nothing',
    ],
    [['bricks.csv', '--target', 'stregth'], 'did you mean "strength"?'],
    [['brick.csv', '--target', 'strength'], 'brick.csv: expected a file or folder, got nothing there'],
    [['bricks.csv', '--target', 'age', '--window', '3'], '--window: expected --horizon as well'],
    [
      ['bricks.csv', '--target', 'age', '--task', 'clusters'],
      '--task: expected classification or regression',
    ],
    [
      ['bricks.csv', '--target', 'age', '--time', 'soon'],
      '--time: expected a time above 0, such as 90s, 10m or 2h, got "soon"',
    ],
    [
      ['runs/bricks-seed0.yaml', '--target', 'age'],
      'got it with the configuration runs/bricks-seed0.yaml; change data.target in that file',
    ],
    [
      ['bricks.csv', '--target', 'age', '--out', 'runs/bricks-seed0'],
      'runs/bricks-seed0.yaml: expected no file, because',
    ],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await sentei(folder, ['search', ...args])
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})
