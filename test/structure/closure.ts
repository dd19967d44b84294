import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'
import { packagePath } from '../../src/base/files.js'

const known = new Map<string, readonly string[]>()

/** What a file imports when it runs: not types. Dynamic imports count. */
function importsAtRun(file: string): readonly string[] {
  const found = known.get(file)
  if (found) return found
  const text = readFileSync(packagePath(file), 'utf8')
  // As it is compiled, so that what the compiler leaves out is left out here.
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true }
  const { outputText } = ts.transpileModule(text, { compilerOptions: options })
  const names = ts.preProcessFile(outputText, true, true).importedFiles.map(({ fileName }) => fileName)
  known.set(file, names)
  return names
}

/** Everything that some files reach by imports, packages too, each with the chain of files that leads to it. */
export function closureOf(roots: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>(roots.map((root) => [root, [root]]))
  for (const [file, chain] of chains) {
    if (!file.endsWith('.ts')) continue
    for (const name of importsAtRun(file)) {
      const target = name.startsWith('.')
        ? normalize(join(dirname(file), name)).replace(/\.js$/, '.ts')
        : name
      if (!chains.has(target)) chains.set(target, [...chain, target])
    }
  }
  return chains
}
