import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { anchorsOf, pages, pageText, proseOf } from './markdown.js'

interface Link {
  readonly target: string
  readonly anchor: string | undefined
}

const linksOf = (page: string): Link[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !link.startsWith('https://'))
    .map((link) => {
      const [path, anchor] = link.split('#') as [string, string?]
      return { target: path === '' ? page : normalize(join(dirname(page), path)), anchor }
    })

test('there are links, so that the tests below test something', () => {
  expect(pages.flatMap(linksOf).length).toBeGreaterThan(40)
  expect(anchorsOf('docs/concepts.md')).toContain('the-discretization-gap')
})

test.each(pages)('every link of %s leads somewhere', (page) => {
  const broken = linksOf(page).filter(
    ({ target, anchor }) =>
      !existsSync(packagePath(target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor)),
  )
  expect(broken).toEqual([])
})

test('README leads to every page of docs/, to decisions by their own list', () => {
  const reached = ['README.md', 'docs/decisions/README.md'].flatMap(linksOf).map(({ target }) => target)
  expect(pages.filter((page) => page.startsWith('docs/') && !reached.includes(page))).toEqual([])
})

test('pages name no place outside the package', () => {
  expect(pages.filter((page) => /\/(work|tmp|home|root)\/|file:\/\/\//.test(pageText(page)))).toEqual([])
})
