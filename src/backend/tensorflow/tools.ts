import { spawnSync } from 'node:child_process'
import { Failure } from '../../base/errors.js'

/** A program that the installation calls. */
export interface Tool {
  readonly command: string
  readonly args: readonly string[]
  /** What a user installs to have it. */
  readonly from: string
}

export const python: Tool = { command: 'python3', args: [], from: 'Python 3' }
export const pip: Tool = { ...python, args: ['-m', 'pip'], from: 'Python 3 with pip' }
export const npm: Tool = { command: 'npm', args: [], from: 'npm' }
/** The compiler that the variable CXX names, as in other builds. */
export const compiler: Tool = { command: process.env.CXX ?? 'g++', args: [], from: 'a C++ compiler (g++)' }

/** The tools that do not answer when they are asked for their version. */
export const missingTools = (tools: readonly Tool[]): Tool[] =>
  tools.filter(({ command, args }) => spawnSync(command, [...args, '--version']).status !== 0)

/**
 * Runs a tool and waits for it. If it fails, a Failure says during what, and ends with what the tool wrote last.
 */
export function runTool(
  { command, args: first }: Tool,
  args: readonly string[],
  cwd: string,
  what: string,
): void {
  const { status, error, stdout, stderr } = spawnSync(command, [...first, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (status === 0) return
  const said = error?.message ?? `${stdout}\n${stderr}`.trim().split('\n').slice(-6).join('\n')
  throw new Failure(`${what}: ${command} failed; see what it says, and run the command again\n${said}`)
}
