import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { nodeSha256 } from '../../base/files.js'

/** Relative paths that a module imports: `from './a.mjs'`, `import('./a.mjs')`, `require('./a')`. */
const imported = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"](\.{1,2}\/[^'"\n]+)['"]/g

/**
 * The SHA-256 of a module: of its file or, if it imports others by relative paths, of all of these with their
 * places. What packages hold is not part of it.
 */
export function moduleHash(entry: string): string {
  const hashes = new Map<string, string>()
  const visit = (path: string): void => {
    if (hashes.has(path)) return
    const bytes = readFileSync(path)
    hashes.set(path, nodeSha256(bytes))
    for (const [, target] of bytes.toString('utf8').matchAll(imported)) {
      const file = fileAt(resolve(dirname(path), target!))
      if (file !== undefined) visit(file)
    }
  }
  visit(entry)
  if (hashes.size === 1) return hashes.get(entry)!
  const placed = [...hashes].map(([path, hash]) => [
    relative(dirname(entry), path).split(sep).join('/'),
    hash,
  ])
  return nodeSha256(JSON.stringify(placed.sort(([a], [b]) => (a! < b! ? -1 : 1))))
}

/** The file that a relative import names; `require` may leave out its ending. */
const fileAt = (path: string): string | undefined =>
  ['', '.js', '.cjs', '.json', `${sep}index.js`]
    .map((end) => path + end)
    .find((each) => existsSync(each) && statSync(each).isFile())
