import { conformance } from './suites/index.js'

conformance({ name: 'cpu', backend: 'cpu', every: 7 })
