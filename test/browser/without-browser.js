// The search of examples/browser without a browser. Prints what the page shows, as JSON.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { search } from 'sentei'
import { digitsOf } from '../../examples/browser/digits.js'
import { requestOf } from '../../examples/browser/request.js'

const settings = JSON.parse(process.argv[2])
const packed = readFileSync(new URL('../../data/digits/digits.csv.gz', import.meta.url))
const start = performance.now()
const found = await search(requestOf(settings, digitsOf(gunzipSync(packed).toString())))
const seconds = (performance.now() - start) / 1000
const folder = mkdtempSync(join(tmpdir(), 'sentei-'))
await found.model.save(folder)
const weights = createHash('sha256')
  .update(readFileSync(join(folder, 'weights.bin')))
  .digest('hex')
rmSync(folder, { recursive: true })
const { architecture, metrics } = found
process.stdout.write(JSON.stringify({ architecture, metrics, weights, seconds }))
