// Bundles examples/browser into a folder, with what its page fetches: `node build/example.js` also serves it.
import { copyFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, context } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const tensorflow = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')

const optionsFor = (folder) => ({
  absWorkingDir: root,
  entryPoints: ['examples/browser/page.js', 'examples/browser/worker.js'],
  outdir: folder,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  // Found by TensorFlow.js and by linkedom only in Node, and asked for in vain elsewhere.
  external: ['canvas'],
  logLevel: 'warning',
})

/** Bundles the example into a folder; `npm run build` comes first. */
export async function buildExample(folder) {
  mkdirSync(folder, { recursive: true })
  const files = [
    join(root, 'examples/browser/index.html'),
    join(root, 'data/digits/digits.csv.gz'),
    join(root, 'packages/kernels/dist/training.wasm'),
    join(tensorflow, '../dist/tfjs-backend-wasm-simd.wasm'),
  ]
  for (const file of files) copyFileSync(file, join(folder, file.split('/').at(-1)))
  await build(optionsFor(folder))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, 'dist/page')
  await buildExample(folder)
  const { port } = await (await context(optionsFor(folder))).serve({ servedir: folder, host: '127.0.0.1' })
  console.log(`http://127.0.0.1:${port}`)
}
