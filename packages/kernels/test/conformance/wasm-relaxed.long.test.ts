import { conformance } from './suites/index.js'

conformance({ name: 'wasm, relaxed', backend: 'wasm', relaxed: true, every: 3 })
