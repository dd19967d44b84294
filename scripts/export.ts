/**
 * Exports a finished run in every format.
 *
 *     npx tsx scripts/export.ts RUN [OUT]
 */
import { join } from 'node:path'
import { exportFormats, exportRun } from '../src/runs.js'

const [run, out = 'exported'] = process.argv.slice(2)
if (!run) throw new Error('usage: npx tsx scripts/export.ts RUN [OUT]')

const fileOf: Record<string, string> = {
  layers: 'model',
  architecture: 'architecture.json',
  dot: 'architecture.dot',
  svg: 'architecture.svg',
}
for (const format of exportFormats) {
  const path = join(out, fileOf[format] ?? format)
  await exportRun(run, format, path)
  console.log(`${format}: ${path}`)
}
