import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { galleryRows, galleryTasks, runTask } from '../../scripts/gallery.js'
import { pageText } from './markdown.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-gallery-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the cheapest search of the gallery gives the figures of the page', async () => {
  const task = galleryTasks().find(({ name }) => name === 'lines')!
  const rows = galleryRows(await runTask(task, folder))
  expect(pageText('docs/gallery.md')).toContain(`${rows.join('\n')}\n`)
})
