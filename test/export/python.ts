import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const packages = ['onnx', 'onnxruntime', 'numpy']

/**
 * A Python with the packages that check ONNX models: the one that is there if it has them, otherwise a new
 * environment in `folder`. Undefined, with a reason on the console, if neither is possible.
 */
export function pythonWithOnnx(folder: string): string | undefined {
  const has = (python: string) => succeeds(python, '-c', `import ${packages.join(', ')}`)
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
