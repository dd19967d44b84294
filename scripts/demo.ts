/**
 * `npm run demo`: one whole search on bundled data, in about a minute and a half: search, prune, derive,
 * retrain, judge, export, report. The same as `npx sentei search scripts/demo.yaml`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { packagePath } from '../src/base/files.js'

let out = 'runs/demo'
for (let n = 2; existsSync(out); n++) out = `runs/demo-${n}`

const sentei = packagePath('dist', 'src', 'cli', 'main.js')
const config = packagePath('scripts', 'demo.yaml')
const { status } = spawnSync(process.execPath, [sentei, 'search', config, '--out', out], { stdio: 'inherit' })
process.exitCode = status ?? 1
