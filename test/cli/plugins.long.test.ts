import { describe, expect, it } from 'vitest'
import { folderWith } from '../helpers/plugins.js'
import { sentei } from './helper.js'

describe('a plugin with a syntax error', () => {
  it('is refused with its line', async () => {
    const folder = folderWith({
      'line.mjs': 'const a = 1\nconst b = = 2\nexport default {}',
      'any.yaml': 'data: { source: concrete }\nsupernet: { space: mlp-cell }\n',
    })
    const { code, stderr } = await sentei(folder, ['plan', 'any.yaml', '--plugin', 'line.mjs'])
    expect({ code, stderr }).toMatchObject({ code: 2 })
    expect(stderr).toMatch(
      /plugin line\.mjs: expected JavaScript, got an error: SyntaxError: .* \(line\.mjs:2\)/,
    )
  })
})
