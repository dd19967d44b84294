import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../base/errors.js'
import { packagePath } from '../../base/package-path.js'
import { buildAddon } from './addon.js'
import { builds, packageVersion, type Build, type BuildName } from './builds.js'
import { checkNode } from './load.js'
import { compiler, missingTools, npm, pip, runTool } from './tools.js'
import { fetchLibrary } from './wheel.js'

/** Node's C headers, without which no addon compiles: a package, because not every Node is installed with them. */
const headers = { package: 'node-api-headers', version: '1.9.0' }

/**
 * Installs a build of TensorFlow beside Sentei without the download of its own: the package from npm, the
 * library out of the wheel of the Python package, the addon from the package's sources. What works already
 * stays as it is. It takes about a minute; 210 MB are downloaded (GPU: 480 MB) and 650 MB stay (GPU: 1.1 GB).
 * Returns what was computed with. A Failure or an InputError says what is missing, or which step failed.
 */
export function installTensorflow(name: BuildName, say: (text: string) => void): string {
  const build = builds[name]
  const project = projectOf(packagePath('.'))
  checkNode(process.versions.node)
  const there = tryOut(build, project)
  if (there.works) return there.said
  checkMachine()
  const modules = join(project, 'node_modules')
  addPackages(build, project, say)
  const folder = join(modules, build.package)
  const library = fetchLibrary(build, join(folder, 'deps'), say)
  say(`${compiler.command}: the addon of ${build.package}`)
  buildAddon(folder, library, join(modules, headers.package, 'include'))
  const { works, said } = tryOut(build, project)
  if (!works)
    throw new Failure(`${build.package}: it was built, and does not compute; use --backend wasm\n${said}`)
  return said
}

/** The folder whose `node_modules` has Sentei in it, or the checkout of Sentei itself. */
export function projectOf(sentei: string): string {
  const parts = sentei.split(/[\\/]node_modules[\\/]/)
  const project = parts.length === 1 ? sentei : parts.slice(0, -1).join('/node_modules/')
  if (existsSync(join(project, 'package.json'))) return project
  throw new Failure(
    `${project}: expected the package.json of a project, got none; install Sentei in a project with npm, and run its sentei there`,
  )
}

function checkMachine(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Failure(
      `install: expected Linux on x64, got ${process.platform} on ${process.arch}; ` +
        `try npm install ${builds.tensorflow.package}@${packageVersion}, which downloads a build of its own`,
    )
  const missing = missingTools([npm, pip, compiler]).map(({ from, command }) => `${from} (${command})`)
  if (missing.length > 0)
    throw new Failure(
      `install: ${missing.join(' and ')} cannot be run; install what is missing, and try again`,
    )
}

/** Adds the packages to the project's `node_modules` alone: in package.json they would be downloaded with again. */
function addPackages(build: Build, project: string, say: (text: string) => void): void {
  const wanted = [{ package: build.package, version: packageVersion }, headers]
  const there = wanted.every((each) =>
    existsSync(join(project, 'node_modules', each.package, 'package.json')),
  )
  if (there) return
  const packages = wanted.map((each) => `${each.package}@${each.version}`)
  say(`npm: ${packages.join(', ')}`)
  // Without --save-optional, npm takes an optional peer that is missing for one that is not wanted.
  const flags = ['--no-save', '--save-optional', '--ignore-scripts', '--no-audit', '--no-fund']
  runTool(npm, ['install', ...flags, ...packages], project, `installation of ${packages.join(' and ')}`)
}

const product = `
const tf = require(process.argv[1])
const [value] = tf.matMul([[1, 2]], [[3], [4]]).dataSync()
const { binding, isUsingGpuDevice } = tf.backend()
if (tf.getBackend() !== 'tensorflow' || value !== 11) throw new Error('1 · 3 + 2 · 4 gave ' + value)
console.log('TensorFlow ' + binding.TF_Version + ' on ' + (isUsingGpuDevice ? 'GPU' : 'CPU'))
`

/** Multiplies two matrices in a process of its own, because a library that is broken takes its process with it. */
function tryOut(build: Build, project: string): { works: boolean; said: string } {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', product, build.package], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '1' },
  })
  const last = stderr.trim().split('\n').slice(-6).join('\n')
  return status === 0 ? { works: true, said: stdout.trim() } : { works: false, said: signal ?? last }
}
