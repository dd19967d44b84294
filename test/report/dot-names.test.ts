import { parseHTML } from 'linkedom'
import { describe, expect, test } from 'vitest'
import { dotNames, freePlaces } from '../../src/report/dot-names.js'
import { plotSvg } from '../../src/report/plot.js'

describe('names of dots', () => {
  test('a name stays at its dot where it is free', () => {
    const dots = [
      { x: 10, y: 50, width: 40 },
      { x: 10, y: 80, width: 40 },
      { x: 200, y: 50, width: 40 },
    ]
    expect(freePlaces(dots, [0, 100])).toEqual([50, 80, 50])
  })

  test('names of dots in one place lie a line apart, and inside the chart', () => {
    const dots = Array.from({ length: 7 }, () => ({ x: 10, y: 4, width: 40 }))
    const places = freePlaces(dots, [0, 100]).sort((a, b) => a - b)
    for (const [i, place] of places.entries()) {
      expect(place).toBeGreaterThanOrEqual(0)
      expect(place).toBeLessThanOrEqual(100)
      if (i > 0) expect(place - places[i - 1]!).toBeGreaterThanOrEqual(12)
    }
  })

  test('a name makes way for the dot of another', () => {
    const [first] = freePlaces(
      [
        { x: 10, y: 50, width: 40 },
        { x: 40, y: 50, width: 40 },
      ],
      [0, 100],
    )
    expect(Math.abs(first! - 50)).toBeGreaterThanOrEqual(11)
  })

  test('a name stays at its dot where nothing is free', () => {
    const dots = Array.from({ length: 3 }, () => ({ x: 10, y: 5, width: 40 }))
    expect(freePlaces(dots, [0, 10])).toEqual([5, 5, 5])
  })

  test('a chart draws them apart, and a line to those that moved', () => {
    const dots = ['a', 'b', 'c'].map((name) => ({ x: 1, y: 1, name, color: 'red' }))
    const { markup } = plotSvg('names', 'names', {
      x: { domain: [0, 2] },
      y: { domain: [0, 2] },
      marks: dotNames(dots),
    })
    const { document } = parseHTML(markup) as unknown as {
      document: { querySelectorAll(s: string): Iterable<{ getAttribute(name: string): string }> }
    }
    const all = (selector: string, name: string) =>
      [...document.querySelectorAll(selector)].map((each) => each.getAttribute(name))
    const heights = all('g[aria-label=text] text', 'transform').map((each) => /,(.*)\)/.exec(each)![1])
    expect(new Set(heights).size).toBe(3)
    const lengths = all('g[aria-label=link] path', 'd').map((path) => {
      const [from, to] = path
        .slice(1)
        .split('L')
        .map((point) => point.split(',').map(Number))
      return Math.hypot(to![0]! - from![0]!, to![1]! - from![1]!)
    })
    expect(lengths.map((length) => length > 0)).toEqual([false, true, true])
  })
})
