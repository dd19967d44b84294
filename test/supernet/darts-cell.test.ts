import { expect, test } from 'vitest'
import { validate } from '../../src/config/validator.js'
import { spaces } from '../../src/registry.js'

/** The height and width that the first cell reads. */
function firstCell(input: [number, number, number], options: object = {}): readonly number[] {
  const space = spaces.find(({ name }) => name === 'darts-cell')!
  const resolved = validate(space.options, options, 'options') as never
  const { graph } = space.build({ options: resolved, input, outputs: 3 })
  const stem = graph.nodes.filter(({ layer, kind }) => layer === 'stem' && kind === 'batch-norm')
  return stem.at(-1)!.shape.slice(0, 2)
}

test.each([
  [[8, 8], {}, [8, 8]],
  [[32, 32], {}, [32, 32]],
  [[64, 64], {}, [32, 32]],
  [[224, 100], {}, [28, 13]],
  [[64, 64], { halvings: 0 }, [64, 64]],
  [[28, 28], { halvings: 1 }, [14, 14]],
] as const)('the stem of darts-cell makes of %j with %j an image of %j', ([h, w], options, left) => {
  expect(firstCell([h, w, 1], options)).toEqual(left)
})
