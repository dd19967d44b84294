import { conformance } from './suites/index.js'

conformance({ name: 'wasm', backend: 'wasm' })
