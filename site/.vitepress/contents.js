// What the sidebar lists: what README.md names under "Documentation", the decisions, and what typedoc wrote.
import { readFileSync } from 'node:fs'

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const capitalized = (text) => text[0].toUpperCase() + text.slice(1)

/** The links of a text whose path matches, in their order; paths are relative to a folder of the site. */
function linksOf(text, path, folder) {
  const links = [...text.matchAll(/\[([^\]]+)\]\(([^)]+)\.md\)/g)].filter(([, , target]) => path.test(target))
  if (links.length === 0) throw new Error(`the sidebar: expected links that match ${path}, found none`)
  return links.map(([, title, target]) => ({ text: title, link: `${folder}${target}` }))
}

const documentation = read('README.md').split('\n## Documentation\n')[1] ?? ''

export const guide = linksOf(documentation, /^docs\/[^/]+$/, '/').map(({ text, link }) => ({
  text: capitalized(text),
  link,
}))
export const decisions = linksOf(read('docs/decisions/README.md'), /^\d{4}-/, '/docs/decisions/')

/** One page for each entry point of the package. `npm run docs:api` comes first. */
export const apiPages = linksOf(read('api/README.md'), /./, '/api/')
