import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, test } from 'vitest'
import { discretise, uniformGates } from '../../src/derive/network.js'
import { costOf } from '../../src/nn/cost.js'
import { spaces } from '../../src/registry.js'
import { choose, illegality } from '../../src/supernet/prune.js'
import { notationOf } from '../../src/supernet/space.js'
import type { Supernet } from '../../src/supernet/types.js'
import { spaceNet } from '../helpers/trials.js'

/** The cost of the network that an architecture, in its space's notation, is trained as. */
function costAs(supernet: Supernet, architecture: string) {
  const notation = notationOf(
    spaces.find(({ name }) => name === supernet.space)!,
    supernet.options,
  )
  const chosen = choose(supernet, notation.read(architecture)).supernet
  expect(illegality(chosen)).toBeUndefined()
  const options = { gates: 'drop', affine: true, poolNorm: 'drop' } as const
  return costOf(discretise(chosen, uniformGates(chosen), options).graph)
}

describe('NAS-Bench-Macro (xiusu/NAS-Bench-Macro, 32×32, 10 classes)', () => {
  const supernet = spaceNet('nas-bench-macro', {}, [32, 32, 3], 10)

  test.each([
    ['00000000', 387_882, 7_713_280],
    ['11111111', 1_588_874, 53_246_464],
    ['22222222', 2_932_586, 105_660_928],
    ['22212220', 1_985_514, 85_164_544],
    ['01010101', 1_042_026, 31_611_392],
  ])('%s has the published %i parameters and %i FLOPs', (architecture, parameters, flops) => {
    expect(costAs(supernet, architecture)).toMatchObject({ parameters, flops })
  })

  const path = '../shared/tables/nas-bench-macro-cifar10.json.gz'
  const rows = existsSync(path)
    ? (JSON.parse(gunzipSync(readFileSync(path)).toString()) as Record<
        string,
        { params: number; flops: number }
      >)
    : {}
  const missing = Object.keys(rows).length === 0
  it.skipIf(missing)(
    `has the parameters and FLOPs of every fiftieth row of its table${missing ? ` (skipped: no ${path})` : ''}`,
    () => {
      const sampled = Object.entries(rows).filter((_, i) => i % 50 === 0)
      expect(sampled.length).toBeGreaterThan(100)
      for (const [architecture, { params: parameters, flops }] of sampled)
        expect(costAs(supernet, architecture), architecture).toMatchObject({ parameters, flops })
    },
  )
})

describe('NAS-Bench-201 (FLOPs of its API; NATS-Bench issues 18, 24 and 36)', () => {
  const all = (operation: string) =>
    `|${operation}~0|+|${operation}~0|${operation}~1|+|${operation}~0|${operation}~1|${operation}~2|`
  const index0 =
    '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|'
  const index1 =
    '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|'
  const two = '|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|nor_conv_3x3~1|none~2|'

  describe.each([
    ['32×32, 10 classes', 32, 10, all('skip_connect'), 73_306, 7_783_050],
    ['32×32, 10 classes', 32, 10, all('nor_conv_3x3'), 1_531_546, 220_119_690],
    ['32×32, 10 classes', 32, 10, all('nor_conv_1x1'), 241_306, 31_376_010],
    ['32×32, 10 classes', 32, 10, index0, 129_306, 15_647_370],
    ['32×32, 10 classes', 32, 10, index1, 802_426, 113_951_370],
    ['32×32, 10 classes', 32, 10, two, 559_386, 78_561_930],
    ['32×32, 100 classes', 32, 100, all('avg_pool_3x3'), 79_156, 7_788_900],
    ['32×32, 100 classes', 32, 100, all('nor_conv_3x3'), 1_537_396, 220_125_540],
    ['16×16, 120 classes', 16, 120, all('skip_connect'), 80_456, 1_953_400],
    ['16×16, 120 classes', 16, 120, all('nor_conv_3x3'), 1_538_696, 55_037_560],
  ])('%s', (_what, size, classes, architecture, parameters, flops) => {
    const supernet = spaceNet('nas-bench-201', {}, [size, size, 3], classes)
    it(`${architecture} has ${parameters} parameters, and ${flops} FLOPs with the classifier’s biases`, () => {
      expect(costAs(supernet, architecture)).toMatchObject({ parameters, flops: flops - classes })
    })
  })
})

describe('DARTS (quark0/darts, yuhuixu1993/PC-DARTS, chenxin061/pdarts; 32×32, 10 classes)', () => {
  it('has a search network of 1,930,618 weights', () => {
    expect(costOf(spaceNet('darts', {}, [32, 32, 3], 10).graph).parameters).toBe(1_930_618)
  })

  const supernet = spaceNet('darts', { cells: 20, channels: 36, alpha: 'shared' }, [32, 32, 3], 10)
  test.each(Object.entries(genotypes()))('%s', (_name, { normal, reduce, parameters }) => {
    const text = `Genotype(normal=${normal}, normal_concat=range(2, 6), reduce=${reduce}, reduce_concat=range(2, 6))`
    expect(costAs(supernet, text).parameters).toBe(parameters)
  })
})

/** Published genotypes, and the parameters of their evaluation networks of 20 cells and 36 channels. */
function genotypes(): Record<string, { normal: string; reduce: string; parameters: number }> {
  return {
    'DARTS_V1 has 3,169,414 parameters, published as 3.2M': {
      normal:
        "[('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 2)]",
      reduce:
        "[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('avg_pool_3x3', 0)]",
      parameters: 3_169_414,
    },
    'DARTS_V2 has 3,349,342 parameters, published as 3.3M': {
      normal:
        "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)]",
      reduce:
        "[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)]",
      parameters: 3_349_342,
    },
    'PC_DARTS_cifar has 3,634,678 parameters, published as 3.6M': {
      normal:
        "[('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 0), ('dil_conv_3x3', 1), ('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('avg_pool_3x3', 0), ('dil_conv_3x3', 1)]",
      reduce:
        "[('sep_conv_5x5', 1), ('max_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), ('sep_conv_3x3', 3), ('sep_conv_3x3', 1), ('sep_conv_3x3', 2)]",
      parameters: 3_634_678,
    },
    'PDARTS has 3,433,798 parameters, published as 3.4M': {
      normal:
        "[('skip_connect', 0), ('dil_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('sep_conv_3x3', 3), ('sep_conv_3x3', 0), ('dil_conv_5x5', 4)]",
      reduce:
        "[('avg_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_3x3', 0), ('dil_conv_5x5', 2), ('max_pool_3x3', 0), ('dil_conv_3x3', 1), ('dil_conv_3x3', 1), ('dil_conv_5x5', 3)]",
      parameters: 3_433_798,
    },
  }
}
