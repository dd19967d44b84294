import { beforeAll } from 'vitest'
import { useBackend } from '../../src/backend/index.js'

// Each file begins on wasm, whatever the one before it used.
beforeAll(() => useBackend('wasm'))
