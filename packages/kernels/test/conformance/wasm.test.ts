import { conformance } from './suites/index.js'

// A sample; `wasm.long.test.ts` takes all.
conformance({ name: 'wasm', backend: 'wasm', every: 9 })
