import { posix } from 'node:path'

const { dirname, join, relative } = posix

/**
 * Makes a page's links lead somewhere on the site, too: README.md is its first page, and a file of the
 * checkout that is no page, such as a script, is named without a link.
 */
export function linksWithinTheSite(md) {
  md.core.ruler.push('links-within-the-site', ({ tokens, env }) => {
    for (const { children } of tokens) if (children) rewrite(children, dirname(env.relativePath))
  })
}

function rewrite(tokens, folder) {
  let unlinked = false
  for (const token of tokens) {
    if (token.type === 'link_open') {
      const href = token.attrGet('href')
      const [path, ...anchor] = href.split(/(?=#)/)
      const inside = !/^[a-z]+:/.test(href) && !href.startsWith('#')
      unlinked = inside && !path.endsWith('.md')
      if (unlinked) toSpan(token, `${join(folder, path)}, in the checkout`)
      else if (inside && join(folder, path) === 'README.md')
        token.attrSet('href', [relative(folder, 'index.md'), ...anchor].join(''))
    } else if (token.type === 'link_close' && unlinked) {
      toSpan(token)
      unlinked = false
    }
  }
}

function toSpan(token, title) {
  token.type = title === undefined ? 'span_close' : 'span_open'
  token.tag = 'span'
  token.attrs = title === undefined ? null : [['title', title]]
}
