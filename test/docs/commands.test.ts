import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { program } from '../cli/helper.js'
import { allBlocks, coded, pageText, tableRows } from './markdown.js'

/** Options by command, as the program's own help lists them. */
const options = new Map<string, string[]>()

/** The help of the program, or of one of its commands. */
async function help(...args: string[]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await program(...args, '--help')
    return log.mock.calls.join('\n')
  } finally {
    log.mockRestore()
  }
}

beforeAll(async () => {
  const commands = [...(await help()).matchAll(/^ {2}sentei ([a-z-]+)/gm)].map(([, name]) => name!)
  for (const name of commands)
    options.set(
      name,
      [...(await help(name)).matchAll(/^ +--([a-z-]+)/gm)].map(([, option]) => option!),
    )
})

/** The commands of a shell example: comments cut off, `&&` taken apart. */
const lines = allBlocks
  .filter(({ info }) => info === 'sh')
  .flatMap(({ text, place }) =>
    text
      .split('\n')
      .flatMap((line) => line.replace(/(^|\s+)#.*$/, '').split('&&'))
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => [line, place] as const),
  )

/** Why an example cannot be typed as it stands, or undefined. */
function fault(line: string): string | undefined {
  const words = line.split(/\s+/)
  const [first, second, third] = words
  if (first === 'npx' && second === 'sentei') return senteiFault(words.slice(2))
  if (first === 'npx' && second === 'tsx')
    return existsSync(packagePath(third!)) ? undefined : `no file ${third}`
  if (first === 'node') {
    const source = second!.replace(/^dist\/(.*)\.js$/, '$1.ts')
    return existsSync(packagePath(source)) ? undefined : `no file ${source}`
  }
  if (first === 'npm' && ['ci', 'install', 'pack'].includes(second!)) return undefined
  if ((first === 'git' && second === 'clone') || first === 'cd') return undefined
  if (first === 'npm') {
    const script = second === 'run' ? third! : second!
    const { scripts } = JSON.parse(pageText('package.json')) as { scripts: Record<string, string> }
    return script in scripts ? undefined : `no script ${script}`
  }
  return `unknown program ${first}`
}

function senteiFault([command, ...rest]: string[]): string | undefined {
  const known = options.get(command!)
  if (!known) return `no command ${command}`
  const unknown = rest.filter((word) => word.startsWith('--') && !known.includes(word.slice(2)))
  return unknown.length === 0 ? undefined : `${command} has no ${unknown.join(', ')}`
}

describe('shell examples', () => {
  test('there are some, and a wrong one would be found', () => {
    expect(lines.length).toBeGreaterThan(30)
    expect(fault('npx sentei serch x')).toBe('no command serch')
    expect(fault('npx sentei search x --sedd 1')).toBe('search has no --sedd')
    expect(fault('npm run dmo')).toBe('no script dmo')
  })

  test.each(lines)('%s (%s)', (line) => {
    expect(fault(line)).toBeUndefined()
  })
})

test('README’s table has every command and only options that it takes', () => {
  const rows = tableRows('README.md', 'Command line')
  const commands = rows.map(([usage]) => coded(usage!)[0]!.split(' ')[1]!)
  expect(commands).toEqual([...options.keys()])
  const wrong = rows.flatMap(([, does], i) =>
    coded(does!)
      .filter((code) => code.startsWith('--'))
      .map((code) => /^--([a-z-]+)/.exec(code)![1]!)
      .filter((option) => !options.get(commands[i]!)!.includes(option)),
  )
  expect(wrong).toEqual([])
})
