import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import { expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'

/**
 * Bundles the compiled entry point without TensorFlow.js: the text of each file by its name, and who imports
 * whom.
 */
async function bundled(): Promise<{ texts: Map<string, Uint8Array>; outputs: Metafile['outputs'] }> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: packagePath('.'),
    entryPoints: ['dist/src/browser.js'],
    outdir: 'out',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    external: ['@tensorflow/*', 'canvas'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  const texts = new Map(outputFiles.map(({ path, contents }) => [path.split('/').at(-1)!, contents]))
  return { texts, outputs: metafile.outputs }
}

test('a bundle without TensorFlow.js is small, and loads what draws a report when it is asked for one', async () => {
  const { texts, outputs } = await bundled()
  const first = new Set<string>()
  const add = (name: string): void => {
    if (first.has(name) || !outputs[name]) return
    first.add(name)
    for (const { path, kind } of outputs[name].imports) if (kind === 'import-statement') add(path)
  }
  add('out/browser.js')
  const sizes = [...first].map((name) => texts.get(name.split('/').at(-1)!)!)
  const raw = sizes.reduce((sum, { length }) => sum + length, 0) / 1000
  const packed = sizes.reduce((sum, text) => sum + gzipSync(text).length, 0) / 1000
  console.log(`sentei/browser without TensorFlow.js: ${raw.toFixed(0)} kB, gzip ${packed.toFixed(0)} kB`)
  expect(raw).toBeLessThan(745)
  expect(packed).toBeLessThan(260)
  const inputs = [...first].flatMap((name) => Object.keys(outputs[name]!.inputs)).join()
  expect(inputs).not.toMatch(/@viz-js|linkedom|@observablehq|protobuf/)
  // The page of documentation has the figures.
  const [, saidRaw, saidPacked] = /adds (\d+) kB to a bundle \((\d+) kB by gzip\)/.exec(
    readFileSync(packagePath('docs/browser.md'), 'utf8'),
  )!
  expect(Math.abs(Number(saidRaw) / raw - 1)).toBeLessThan(0.05)
  expect(Math.abs(Number(saidPacked) / packed - 1)).toBeLessThan(0.05)
})
