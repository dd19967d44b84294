import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { compiler, runTool } from './tools.js'

interface Manifest {
  readonly binary: {
    readonly module_name: string
    readonly module_path: string
    readonly napi_versions: readonly number[]
  }
}

/** Where a package looks for its addon, and the version of Node's interface that this one is built for. */
function addonOf(folder: string): { readonly file: string; readonly napi: number } {
  const { binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const napi = Math.max(...binary.napi_versions.filter((each) => each <= Number(process.versions.napi)))
  const place = binary.module_path.replace('{napi_build_version}', String(napi))
  return { file: join(folder, place, `${binary.module_name}.node`), napi }
}

/**
 * Compiles the addon of the package in `folder` against the library in `library`. It is two files that include
 * nothing but the library's headers and Node's own (`headers`, a folder), so the compiler is called directly:
 * node-gyp would want make, and would download headers.
 */
export function buildAddon(folder: string, library: string, headers: string): void {
  const { file, napi } = addonOf(folder)
  mkdirSync(dirname(file), { recursive: true })
  const [sources, unfinished] = [['tfjs_backend.cc', 'tfjs_binding.cc'], `${file}.partial`]
  runTool(
    compiler,
    [
      ...['-std=c++17', '-O2', '-shared', '-fPIC', `-DNAPI_VERSION=${napi}`],
      ...[`-I${headers}`, `-I${join(library, 'include')}`],
      ...sources.map((name) => join(folder, 'binding', name)),
      ...[`-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      // Relative to the addon, so that the project can be moved.
      ...[`-Wl,-rpath,$ORIGIN/${relative(dirname(file), library)}`, '-o', unfinished],
    ],
    folder,
    `build of the addon of ${folder}`,
  )
  renameSync(unfinished, file)
}
