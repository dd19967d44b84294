// Writes dist/names.json out of the compiled registries: the command line names what it need not load.
import { writeFileSync } from 'node:fs'
import { backendNames } from '../dist/src/backend/start.js'
import { runtimeNames } from '../dist/src/runs/runtimes.js'
import { exportFormats, precisions } from '../dist/src/runs/formats.js'
import { presetNames, spaces } from '../dist/src/registry.js'
import { deriveRules } from '../dist/src/runs/derive-run.js'
import { relaxations } from '../dist/src/supernet/relaxations/index.js'

const names = {
  spaces: spaces.map(({ name }) => name),
  presets: presetNames(),
  relaxations: Object.keys(relaxations),
  rules: deriveRules,
  formats: exportFormats,
  precisions,
  backends: backendNames,
  runtimes: runtimeNames,
}
writeFileSync(new URL('../dist/names.json', import.meta.url), `${JSON.stringify(names, null, 2)}\n`)
