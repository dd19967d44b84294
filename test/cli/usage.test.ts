import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { program, sentei } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)

describe('wrong usage exits with 2 and says what was meant', () => {
  test.each<[string[], string]>([
    [[], 'expected a command: init, check-data, plan, search,'],
    [['serch', 'x'], 'unknown command: serch; did you mean "search"?'],
    [['search'], 'expected: sentei search <config>'],
    [['search', 'x', '--sedd', '1'], 'unknown option: --sedd; did you mean "seed"?'],
    [['search', 'x', 'y'], 'unknown argument: y'],
    [['search', 'x', '--seed', 'one'], '--seed: expected integer ≥ 0, got "one"'],
    [['search', 'x', '--out'], 'not enough arguments following: out'],
    [['search', 'nothing.yaml'], 'config: expected a YAML or JSON file, got "nothing.yaml" (no such file)'],
    [['plan', 'README.md'], 'README.md: expected a configuration (.yaml or .json), got another file'],
    [['export', 'x', '--out', 'y'], 'expected --format, got nothing\nsee "sentei export --help"'],
    [['init', '--template', 'digit'], 'got "digit"; did you mean "digits"?'],
    [
      ['schedule', 'sow'],
      'schedule: expected one of list, show, validate, freeze, got "sow"; did you mean "show"?',
    ],
    [['schedule', 'show', 'nonne'], 'schedule: no preset and no file nonne; did you mean "none"?'],
    [['schedule', 'show', 'none', '--csv'], '--csv: needs --supernet'],
    [['schedule', 'show', 'none', '--csv', '--supernet', 'dart'], '--supernet: unknown space dart'],
    [['bench', 'kernels'], 'bench: expected step, operations or latency, got "kernels"'],
    [
      ['bench', 'step', '--backend', 'wasn'],
      '--backend: expected one of wasm, cpu, webgpu, tensorflow, got "wasn"; did you mean "wasm"?',
    ],
    [['bench', 'operations'], 'bench operations: expected a configuration, got nothing'],
    [['bench', 'step', '--workers', '0'], '--workers: expected integer ≥ 1, got "0"'],
    [
      ['bench', 'step', '--workers', '2', '--profile'],
      '--profile: it measures one thread; expected --workers 1',
    ],
    [['bench', 'step', '--channels', '0'], '--channels: expected integer ≥ 1, got "0"'],
    [['derive', 'nothing'], 'nothing/config.json: no such file; is this the folder of a run?'],
    [['report', 'nothing'], 'nothing/config.json: no such file; is this the folder of a run?'],
    [
      ['predict', 'nothing', '--data', 'x'],
      'nothing/model.json: no such file; is this the folder of a model',
    ],
  ])('%j', async (args, message) => {
    await expect(program(...args)).rejects.toThrow(message)
    await expect(program(...args)).rejects.toHaveProperty('name', 'InputError')
  })

  test('as a process: message on stderr, nothing on stdout, no stack trace but with --verbose', async () => {
    const { code, stdout, stderr } = await sentei(folder, ['search', 'x', '--sedd', '1'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe('unknown option: --sedd; did you mean "seed"?\nsee "sentei search --help"\n')
    const verbose = await sentei(folder, ['report', 'nothing', '--verbose'])
    expect(verbose.code).toBe(2)
    expect(verbose.stderr).toMatch(/InputError: nothing\/config\.json[^]*\n {4}at /)
  })
})

describe('init', () => {
  test.each(['digits', 'concrete', 'chicago'])('template %s is a trial that can begin', async (name) => {
    const { printed } = await program('init', '--template', name, '--out', at(`${name}.yaml`))
    expect(printed).toBe(at(`${name}.yaml`))
    const { config, folder: from } = loadConfig(at(`${name}.yaml`))
    expect(config.name).toBe(name)
    expect((await setupTrial(config, from)).supernet.groups.length).toBeGreaterThan(0)
  })

  test('template csv is one once the file is there', async () => {
    await program('init', '--template', 'csv', '--out', at('csv.yaml'))
    const rows = Array.from({ length: 50 }, (_, i) => `${i},${i % 7},${2 * i}`)
    writeFileSync(at('data.csv'), ['a,b,y', ...rows, ''].join('\n'))
    const { config, folder: from } = loadConfig(at('csv.yaml'))
    expect((await setupTrial(config, from)).data.dataset.rows).toBe(50)
  })

  test('template images is one once the folder is there', async () => {
    await program('init', '--template', 'images', '--out', at('images.yaml'))
    for (let i = 0; i < 12; i++) {
      const png = new PNG({ width: 40, height: 36 })
      png.data.fill(255)
      for (let red = 0; red < png.data.length; red += 4) png.data[red] = 20 * i
      mkdirSync(at(`photos/${i % 2 ? 'cat' : 'dog'}`), { recursive: true })
      writeFileSync(at(`photos/${i % 2 ? 'cat' : 'dog'}/${i}.png`), PNG.sync.write(png))
    }
    const { config, folder: from } = loadConfig(at('images.yaml'))
    expect((await setupTrial(config, from)).data.dataset).toMatchObject({ rows: 12, shape: [32, 32, 3] })
  })

  test('overwrites nothing', async () => {
    writeFileSync(at('mine.yaml'), 'mine')
    await expect(program('init', '--out', at('mine.yaml'))).rejects.toThrow(/mine\.yaml: it exists already/)
    expect(readFileSync(at('mine.yaml'), 'utf8')).toBe('mine')
    await program('init', '--out', at('mine.yaml'), '--force')
    expect(readFileSync(at('mine.yaml'), 'utf8')).toContain('supernet:')
  })
})

describe('schedule', () => {
  test('list names every preset with its description', async () => {
    const { printed } = await program('schedule', 'list')
    for (const name of ['none', 'fixed-l1', 'strong-then-relaxed', 'autoencoder-first'])
      expect(printed).toContain(`${name}\n  `)
  })

  test('show tells phases, losses and terms', async () => {
    const { printed } = await program('schedule', 'show', 'autoencoder-first')
    expect(printed).toMatch(
      /autoencoder: 0 % to 15 %, gates hold\n {2}trains encoder\/\*\*,decoder\/\*\* *\n {2}task loss +0\n/,
    )
    expect(printed).toMatch(/l1 on gates of \*\*, input-to-output +linear/)
  })

  test('show --csv compiles it for a space', async () => {
    const args = ['schedule', 'show', 'none', '--csv', '--supernet', 'autoencoder-mlp', '--iterations', '50']
    const { printed } = await program(...args)
    expect(printed).toMatch(/^from,to,layer,term,lambda\n0,50,\*,task,1\n/)
  })

  test('validate says yes, or what is wrong and where', async () => {
    expect((await program('schedule', 'validate', 'none', '--json')).printed).toBe(
      '{"schedule":"none","kind":"schedule","valid":true,"compiled":false}',
    )
    writeFileSync(at('bad.json'), JSON.stringify({ name: 'bad', phases: [{ name: 'a', until: 2 }] }))
    await expect(program('schedule', 'validate', at('bad.json'))).rejects.toThrow(
      /phases\.0\.until: expected number .*, got 2/,
    )
  })
})

test('check-data sums up rows, splits and classes', async () => {
  await program('init', '--out', at('check.yaml'))
  const { printed } = await program('check-data', at('check.yaml'))
  expect(printed).toMatch(/digits: classification, 1,797 rows of shape \[8, 8, 1\]/)
  expect(printed).toMatch(/rows +719 +360 +359 +359/)
  const json = await program('check-data', at('check.yaml'), '--json')
  expect(JSON.parse(json.printed)).toMatchObject({ rows: 1797, splits: { train: 719, arch: 360 } })
})

test('doctor installs nothing that it does not know', async () => {
  await expect(program('doctor', '--install', 'tensorflo')).rejects.toThrow(
    '--install: expected one of tensorflow, tensorflow-gpu, got "tensorflo"; did you mean "tensorflow"?',
  )
})

test('doctor finds this machine ready', async () => {
  const { code, stdout } = await sentei(folder, ['doctor', '--json'])
  expect(code).toBe(0)
  const { ready, backend, findings } = JSON.parse(stdout) as {
    ready: boolean
    backend: string
    findings: { what: string; ok: boolean; found: string; command?: string }[]
  }
  expect({ ready, backend }).toEqual({ ready: true, backend: 'wasm' })
  const of = (name: string) => findings.find(({ what }) => what === `backend ${name}`)!
  expect(of('wasm')).toMatchObject({ ok: true, found: expect.stringMatching(/^works; chosen: /) as string })
  expect(of('cpu')).toMatchObject({
    ok: true,
    found: expect.stringMatching(/^works; not chosen: /) as string,
  })
  for (const each of [of('webgpu'), of('tensorflow')])
    if (each.ok) expect(each.found).toMatch(/^works.*; not chosen: /)
    else if (!each.found.includes('expected Node.js')) expect(each.command).toMatch(/^np[mx] /)
  expect(existsSync(at('sentei.yaml'))).toBe(false)
})
