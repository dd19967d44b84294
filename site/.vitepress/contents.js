// What the sidebar lists: what README.md names under "Documentation", and what typedoc wrote, in their order.
import { readFileSync } from 'node:fs'

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const capitalized = (text) => text[0].toUpperCase() + text.slice(1)

/** The links of a text whose path matches, in their order; paths are relative to a folder of the site. */
function linksOf(text, path, folder) {
  const links = [...text.matchAll(/\[([^\]]+)\]\(([^)]+)\.md\)/g)].filter(([, , target]) => path.test(target))
  if (links.length === 0) throw new Error(`the sidebar: expected links that match ${path}, found none`)
  return links.map(([, title, target]) => ({ text: title, link: `${folder}${target}` }))
}

const named = (path) =>
  linksOf(read('README.md').split('\n## Documentation\n')[1] ?? '', path, '/').map(({ text, link }) => ({
    text: capitalized(text),
    link,
  }))

export const guide = named(/^docs\/[^/]+$/)
export const decisions = named(/^docs\/decisions\/[^/]+$/)

/** One page for each entry point of the package. `npm run docs:api` comes first. */
export const apiPages = linksOf(read('api/README.md'), /./, '/api/')
