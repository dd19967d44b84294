import { spawn, type ChildProcess } from 'node:child_process'
import { expect } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { runProgram } from '../../src/cli/program.js'

/** What a run of the program left behind. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the compiled program in a folder; `watch` sees what it writes to stderr, and may send signals. */
export function sentei(
  folder: string,
  args: readonly string[],
  watch: (stderr: string, child: ChildProcess) => void = () => undefined,
): Promise<Outcome> {
  const main = packagePath('dist', 'src', 'cli', 'main.js')
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      watch(stderr, child)
    })
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** The only line of stdout, which is that of a search, as JSON. */
export const jsonOf = ({ stdout }: Outcome) => {
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  return JSON.parse(stdout) as {
    run: string
    model: string
    metrics: { seed: number; test: { final: number } }
  }
}

/** Runs the program in this process; what it printed, and its exit code. Rejects with the error it threw. */
export async function program(...args: string[]): Promise<{ code: number; printed: string }> {
  const printed: string[] = []
  const code = await runProgram(args, {
    print: (text) => void printed.push(text),
    say: () => undefined,
    stderr: process.stderr,
    signal: new AbortController().signal,
  })
  return { code, printed: printed.join('\n') }
}
