import { readFileSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'

/** The id of a heading, as GitHub makes it. */
export const githubSlug = (title) =>
  title
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

/**
 * Links of a built site to headings that its pages do not have, each as `page: link`. VitePress itself looks for
 * missing pages only.
 */
export function brokenAnchors(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.html'),
  )
  const pages = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
  const ids = new Map([...pages].map(([file, html]) => [file, new Set(matches(html, / id="([^"]+)"/g))]))
  const isBroken = (file, link) => {
    const [path, id] = link.split('#')
    return !ids.get(targetOf(file, path))?.has(decodeURIComponent(id))
  }
  return [...pages].flatMap(([file, html]) =>
    matches(html, /<a [^>]*href="((?![a-z]+:)[^"]*#[^"]+)"/g)
      .filter((link) => isBroken(file, link))
      .map((link) => `${file}: ${link}`),
  )
}

/** The file that a link of another file leads to, relative to the site. */
function targetOf(file, path) {
  if (path === '') return file
  const target = posix.join(path.startsWith('/') ? '' : posix.dirname(file), path).replace(/^\//, '')
  return /(^|\/)$/.test(target) ? `${target}index.html` : target
}

const matches = (text, pattern) => [...text.matchAll(pattern)].map(([, found]) => found)
