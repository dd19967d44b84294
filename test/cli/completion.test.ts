import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { names } from '../../src/cli/names.js'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-completion-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the program answers to a shell, without what words mean. */
async function asked(...words: string[]): Promise<string[]> {
  const { code, printed } = await program('--complete', ...words)
  expect(code).toBe(0)
  return printed === '' ? [] : printed.split('\n').map((line) => line.split('\t')[0]!)
}

describe('what may follow', () => {
  test.each<[string[], string[]]>([
    [['se'], ['search']],
    [['re'], ['resume', 'retrain', 'report']],
    [['search', ''], ['<files>']],
    [['search', 'a.yaml', '--ba'], ['--backend']],
    [
      ['search', 'a.yaml', '--backend', ''],
      ['wasm', 'cpu', 'webgpu', 'tensorflow'],
    ],
    [
      ['search', '--backend=w'],
      ['wasm', 'webgpu'],
    ],
    [
      ['search', '--backend', '=', 'w'],
      ['wasm', 'webgpu'],
    ],
    [
      ['search', '--backend', '='],
      ['wasm', 'cpu', 'webgpu', 'tensorflow'],
    ],
    [['search', 'a.yaml', '--seed', ''], []],
    [['search', 'a.yaml', '--out', ''], ['<files>']],
    [
      ['init', '--template', ''],
      ['digits', 'concrete', 'chicago', 'csv', 'images'],
    ],
    [
      ['derive', 'run', '--rule', 't'],
      ['top-2', 'threshold'],
    ],
    [
      ['export', 'run', '--format', ''],
      ['layers', 'onnx', 'architecture', 'dot', 'svg'],
    ],
    [
      ['export', 'run', '--format', 'onnx', '--precision', ''],
      ['float32', 'float16', 'uint8', 'int8-qdq'],
    ],
    [
      ['schedule', ''],
      ['list', 'show', 'validate', 'freeze'],
    ],
    [
      ['schedule', 'show', 'strong'],
      ['strong-then-chosen', 'strong-then-relaxed', '<files>'],
    ],
    [
      ['schedule', 'show', 'none', '--relaxation', 'g'],
      ['gates', 'gumbel-softmax'],
    ],
    [['bench', 's'], ['step']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['serch', 'x', '--ou'], []],
  ])('%j', async (words, answers) => {
    expect(await asked(...words)).toEqual(answers)
  })

  test('spaces are named wherever one is asked for', async () => {
    expect(await asked('bench', 'step', '--supernet', '')).toEqual(names.spaces)
    expect(await asked('schedule', 'show', 'none', '--supernet', '')).toEqual(names.spaces)
    expect(await asked('query', '')).toEqual(names.spaces)
  })

  test('options that are there are not told again, and all are told where no positional is left', async () => {
    const left = await asked('search', 'a.yaml', '--seed', '1', '')
    expect(left).toEqual(expect.arrayContaining(['--out', '--set', '--verbose', '--help']))
    expect(left).not.toContain('--seed')
  })

  test('commands and options have their descriptions behind a tab', async () => {
    const { printed } = await program('--complete', 'doc')
    expect(printed).toBe('doctor\tcheck whether this machine has what Sentei needs')
  })
})

describe('completion', () => {
  test.each([
    ['bash', 'complete -F _sentei sentei'],
    ['zsh', 'compdef _sentei sentei'],
    ['fish', 'complete -c sentei'],
  ])('prints the script of %s', async (shell, line) => {
    const { printed } = await program('completion', shell)
    expect(printed).toContain(line)
    const { shell: named, script } = JSON.parse((await program('completion', shell, '--json')).printed) as {
      shell: string
      script: string
    }
    expect([named, script]).toEqual([shell, printed])
  })

  test('refuses other shells', async () => {
    await expect(program('completion', 'bsh')).rejects.toThrow(
      'shell: expected one of bash, zsh, fish, got "bsh"; did you mean "bash"?',
    )
  })
})

/** Is there a shell of this name here? */
function has(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs a script in a folder with two files, where `sentei` is on the path. */
function inShell(shell: string, script: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  const main = packagePath('dist', 'src', 'cli', 'main.js')
  writeFileSync(join(bin, 'sentei'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`)
  chmodSync(join(bin, 'sentei'), 0o755)
  const work = join(folder, 'work')
  mkdirSync(work, { recursive: true })
  for (const name of ['mine.yaml', 'my data.csv']) writeFileSync(join(work, name), '')
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
  return execFileSync(shell, ['-c', script], { cwd: work, env, encoding: 'utf8' })
}

test.runIf(has('bash'))('a real bash completes commands, options, values and files', () => {
  const script = `source <(sentei completion bash)
    complete -p sentei
    compopt() { :; } # only for bash's own calls
    ask() { COMP_WORDS=(sentei "$@"); COMP_CWORD=$#; _sentei; (IFS='|'; echo "\${COMPREPLY[*]}"); }
    ask sea; ask search mine.yaml --ba; ask derive run --rule t; ask search --backend = w; ask search m; ask schedule show m`
  expect(inShell('bash', script).split('\n')).toEqual([
    'complete -F _sentei sentei',
    'search',
    '--backend',
    'top-2|threshold',
    'wasm|webgpu',
    expect.stringMatching(/^(mine\.yaml\|my data\.csv|my data\.csv\|mine\.yaml)$/),
    expect.stringContaining('mine.yaml'),
    '',
  ])
})

test.runIf(has('fish'))('a real fish completes commands, options, values and files', () => {
  const ask = (line: string) => `complete -C "${line}" | string replace -r '\\t.*' ''`
  const script = `sentei completion fish | source
    ${['sentei sea', 'sentei search mine.yaml --ba', 'sentei search --backend=w', 'sentei search mi'].map(ask).join('\n')}`
  expect(inShell('fish', script).trim().split('\n')).toEqual([
    'search',
    '--backend',
    '--backend=wasm',
    '--backend=webgpu',
    'mine.yaml',
  ])
})
