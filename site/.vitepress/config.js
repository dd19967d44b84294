// The documentation as a site: `npm run docs:build` writes it into dist/site, `npm run docs:dev` serves it while pages change.
import { fileURLToPath } from 'node:url'
import { brokenAnchors, githubSlug } from './anchors.js'
import { apiPages, decisions, guide } from './contents.js'
import { linksWithinTheSite } from './links.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** @type {import('vitepress').UserConfig} */
export default {
  title: 'Sentei',
  description: 'Differentiable neural architecture search with additive regularization schedules',
  // The pages are the checkout's own, where they lie; what is written lies in an ignored folder.
  srcDir: root,
  srcExclude: ['test/**', 'runs/**', 'coverage/**'],
  rewrites: { 'README.md': 'index.md' },
  outDir: `${root}dist/site`,
  cacheDir: `${root}dist/site-cache`,
  ignoreDeadLinks: false,
  markdown: {
    // Pages name each other's headings as GitHub does.
    anchor: { slugify: githubSlug },
    config: (md) => md.use(linksWithinTheSite),
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/docs/start' },
      { text: 'API', link: '/api/README' },
      { text: 'Changes', link: '/CHANGELOG' },
    ],
    sidebar: [
      { text: 'Guide', items: [{ text: 'Sentei', link: '/' }, ...guide] },
      { text: 'API', collapsed: true, items: apiPages },
      { text: 'Decisions', collapsed: true, items: decisions },
      {
        text: 'Project',
        items: [
          { text: 'Contributing', link: '/CONTRIBUTING' },
          { text: 'Changes', link: '/CHANGELOG' },
          { text: 'Deploy a fleet', link: '/deploy/README' },
          { text: 'Bundled data', link: '/data/README' },
        ],
      },
    ],
  },
  // The pages of the API and the search index are large; they load when they are asked for.
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  buildEnd: ({ outDir }) => {
    const broken = brokenAnchors(outDir)
    if (broken.length > 0) throw new Error(`links to headings that do not exist:\n${broken.join('\n')}`)
  },
}
