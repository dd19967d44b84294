import { expect, it } from 'vitest'
import { bytesOfTapes } from '../../src/backend/tape-bytes.js'

it('adds up the blocks of tapes, and a workspace that several share once', () => {
  const [small, large] = [
    { address: 16, bytes: 100 },
    { address: 160, bytes: 400 },
  ]
  const tapes = [
    { ownBytes: 10, keptBytes: 4, passingBytes: 60, workspace: small },
    { ownBytes: 20, keptBytes: 8, passingBytes: 350, workspace: large },
    { ownBytes: 40, keptBytes: 16, passingBytes: 300, workspace: large },
  ]
  expect(bytesOfTapes(tapes)).toEqual({ all: 70 + 500, tensors: 28 + 60 + 350, largestWorkspace: 400 })
  expect(bytesOfTapes([])).toEqual({ all: 0, tensors: 0, largestWorkspace: 0 })
})
