import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { galleryTasks } from '../../scripts/gallery.js'
import { pageText, tableRows } from './markdown.js'

const tasks = galleryTasks()

test('the gallery has five tasks, and the commands of each name its configuration', () => {
  expect(tasks.map(({ name }) => name)).toEqual(['concrete', 'credit', 'digits', 'chicago', 'lines'])
  for (const { name } of tasks)
    expect(pageText('docs/gallery.md')).toContain(`npx sentei search ${name}.yaml --out runs/${name}\n`)
})

test('every table of the gallery has figures: the derived network is the smaller one', () => {
  const rows = tableRows('docs/gallery.md').filter(([label]) => label!.endsWith(', retrained'))
  const counts = rows.map(([, parameters]) => Number(parameters!.replaceAll(',', '')))
  expect(rows.map(([label]) => label!.split(',')[0])).toEqual(tasks.flatMap(() => ['unpruned', 'derived']))
  tasks.forEach((_, i) => expect(counts[2 * i + 1]).toBeLessThan(counts[2 * i]!))
  for (const [, , metric] of rows) expect(metric).toMatch(/^\d+(\.\d+)? \[\d+(\.\d+)?, \d+(\.\d+)?\]$/)
})

describe('the pictures of the gallery', () => {
  const shown = tasks.flatMap(({ pictures }) => pictures)

  test('are those of its folder', () => {
    const files = readdirSync(packagePath('docs', 'images', 'gallery')).map(
      (file) => `images/gallery/${file}`,
    )
    expect([...shown].sort()).toEqual(files.sort())
  })

  test.each(shown)('%s is an SVG that loads nothing', (path) => {
    const svg = readFileSync(packagePath('docs', ...path.split('/')), 'utf8')
    expect(svg).toMatch(/<svg [^]*<\/svg>\s*$/)
    expect(svg.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, '')).not.toMatch(/https?:|@import|<script|<image/)
  })
})
