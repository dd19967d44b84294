import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packagePath } from '../../src/base/files.js'
import { allBlocks } from './markdown.js'

/**
 * The TypeScript examples of README and docs as files of a folder in `dist/`: inside the package, so that
 * their `import … from 'sentei'` is the compiled library.
 */
export function tsExamples(name: string) {
  const folder = packagePath('dist', name)
  const examples = allBlocks
    .filter(({ info }) => info === 'ts' || info === 'ts run')
    .map((block) => ({ ...block, file: join(folder, `${block.place.replace(/\W+/g, '-')}.ts`) }))
  const write = () => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    // `export {}` makes each a module of its own.
    for (const { file, text } of examples) writeFileSync(file, `${text}export {}\n`)
  }
  return { examples, write }
}
