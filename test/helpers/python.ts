import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * A Python with some packages: the one that is there if it has them, otherwise a new environment in `folder`.
 * `modules` are the names by which they are imported, `packages` those by which pip knows them. Undefined, with
 * a reason on the console, if neither is possible.
 */
export function pythonWith(
  folder: string,
  modules: readonly string[],
  packages: readonly string[] = modules,
): string | undefined {
  const has = (python: string) => succeeds(python, '-c', `import ${modules.join(', ')}`)
  if (has('python3')) return 'python3'
  const own = join(folder, 'venv')
  const python = join(own, 'bin', 'python')
  const made =
    succeeds('python3', '-m', 'venv', own) && succeeds(python, '-m', 'pip', 'install', '--quiet', ...packages)
  if (made && has(python)) return python
  console.warn(`NOT TESTED: no Python with ${packages.join(', ')}, and pip could not install them`)
  return undefined
}

function succeeds(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 400_000 })
    return true
  } catch {
    return false
  }
}
