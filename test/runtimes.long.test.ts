import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { packagePath } from '../src/base/files.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-runtimes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runtimes out of the npm registry: package, program, and what goes before a script. */
const runtimes = [
  { name: 'Node 24', from: 'node@24', program: 'node', before: [] },
  { name: 'Deno', from: 'deno', program: 'deno', before: ['run', '-A'] },
  { name: 'Bun', from: 'bun', program: 'bun', before: [] },
] as const

/** The path of a runtime's program, and its version; undefined, with a reason on the console, where it cannot be had. */
function installed({ name, from, program }: (typeof runtimes)[number]) {
  const place = mkdtempSync(join(folder, `${program}-`))
  writeFileSync(join(place, 'package.json'), '{ "private": true }')
  const path = join(place, 'node_modules', '.bin', program)
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', from], { cwd: place, stdio: 'ignore' })
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).split('\n')[0]!
    return { path, version }
  } catch (error) {
    console.warn(`NOT TESTED: ${name} cannot be had: ${(error as Error).message.split('\n')[0]}`)
    return undefined
  }
}

/** What a search of the bundled digits finds, on this runtime. */
async function found(program: string, before: readonly string[]): Promise<Record<string, unknown>> {
  const script = packagePath('test/browser/without-browser.js')
  const settings = JSON.stringify({ space: 'darts-cell', seed: 7, epochs: 2 })
  const { stdout } = await promisify(execFile)(program, [...before, script, settings], {
    cwd: packagePath('.'),
    maxBuffer: 2 ** 26,
  })
  return JSON.parse(stdout) as Record<string, unknown>
}

const here = found(process.execPath, [])

for (const runtime of runtimes) {
  const own = installed(runtime)
  test.skipIf(own === undefined)(`a search finds the same bytes on ${runtime.name}`, async () => {
    const [{ seconds: _, ...wanted }, { seconds, ...got }] = [
      await here,
      await found(own!.path, runtime.before),
    ]
    console.log(`${runtime.name} (${own!.version}): ${Number(seconds).toFixed(1)} s`)
    expect(got).toEqual(wanted)
    expect(got.weights).toMatch(/^[0-9a-f]{64}$/)
  })
}
