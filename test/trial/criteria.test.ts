import { describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config-schema.js'
import { criterionName, judge, type Candidate } from '../../src/trial/criteria.js'

const candidate: Candidate = {
  cost: { parameters: 300, flops: 9000, depth: 4 },
  supernetParameters: 1200,
  metric: (name, split) =>
    name === 'accuracy' ? { validation: 0.95, test: 0.9 }[split] : name === 'r2' ? -Infinity : null,
}
type Criterion = Config['criteria'][number]
const passes = (criterion: Partial<Criterion>) =>
  judge([{ split: 'test', ...criterion } as Criterion], candidate)[0]!

describe('criteria', () => {
  it.each<[Partial<Criterion>, number | null, boolean]>([
    [{ metric: 'accuracy', atLeast: 0.9 }, 0.9, true],
    [{ metric: 'accuracy', atLeast: 0.91 }, 0.9, false],
    [{ metric: 'accuracy', atLeast: 0.91, split: 'validation' }, 0.95, true],
    [{ metric: 'accuracy', atLeast: 0.5, atMost: 0.89 }, 0.9, false],
    [{ metric: 'parameters', atMost: 300 }, 300, true],
    [{ metric: 'parameters', atMost: 299 }, 300, false],
    [{ metric: 'flops', atMost: 1e4 }, 9000, true],
    [{ metric: 'depth', atLeast: 5 }, 4, false],
    [{ metric: 'parameters-share', atMost: 1 / 3 }, 0.25, true],
    [{ metric: 'rmse', atMost: 1e9 }, null, false],
    [{ metric: 'r2', atMost: 0.5 }, -Infinity, false],
  ])('%j on %d: %s', (criterion, value, passed) => {
    expect(passes(criterion)).toMatchObject({ ...criterion, value, passed })
  })

  it('are named with their split where it counts', () => {
    expect(criterionName({ metric: 'accuracy', split: 'test' })).toBe('accuracy (test)')
    expect(criterionName({ metric: 'parameters', split: 'test' })).toBe('parameters')
  })

  it('are all judged, in their order', () => {
    expect(judge([], candidate)).toEqual([])
    const two = [
      { metric: 'depth', atMost: 1 },
      { metric: 'depth', atMost: 9 },
    ].map((criterion) => ({ split: 'test', ...criterion }) as Criterion)
    expect(judge(two, candidate).map(({ passed }) => passed)).toEqual([false, true])
  })
})
