import { describe, expect, it } from 'vitest'
import { workplace } from './helpers.js'

const { read } = workplace()

describe('bundled data', () => {
  const bundled = (source: string, more = {}) => read('', { file: undefined, source, ...more })

  it('reads the digits', async () => {
    const data = await bundled('digits')
    expect([data.rows, ...data.shape]).toEqual([1797, 8, 8, 1])
    expect(data.task).toMatchObject({ classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] })
    expect([...data.inputs.subarray(0, 4), data.targets[1]]).toEqual([0, 0, 5, 13, 1])
  })

  it('reads the concrete', async () => {
    const data = await bundled('concrete')
    expect([data.rows, ...data.shape]).toEqual([1030, 8])
    expect(data.targets[0]).toBeCloseTo(79.99)
  })

  it('reads Chicago without its date', async () => {
    const data = await bundled('chicago')
    expect([data.rows, ...data.shape]).toEqual([5698 - 14 - 7 + 1, 14, 49])
    expect(data.features).not.toContain('date')
    expect(data.features[0]).toBe('ridership')
  })

  it('lets the configuration go first', async () => {
    expect((await bundled('digits', { kind: 'table' })).shape).toEqual([64])
    expect((await bundled('chicago', { window: 7, horizon: 1 })).shape).toEqual([7, 49])
    const table = await bundled('chicago', { kind: 'table' })
    expect(table.task.kind).toBe('regression')
    expect(table.shape).toEqual([48])
  })
})
