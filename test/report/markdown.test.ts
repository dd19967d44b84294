import { describe, expect, test } from 'vitest'
import { code, escaped } from '../../src/report/markdown.js'

const payload = '<img src=x onerror=alert(1)>'

describe('escaped', () => {
  test.each([
    ['compressive_strength', 'compressive_strength'],
    ['blast furnace (kg/m³), 28 days', 'blast furnace (kg/m³), 28 days'],
    [payload, '&lt;img src=x onerror=alert(1)\\>'],
    ['a\n# heading\n\n<b>', 'a # heading &lt;b\\>'],
    ['[x](javascript:alert(1))', '\\[x\\](javascript:alert(1))'],
    ['*a* _b_ ~c~ `d` | e \\ &lt;', '\\*a\\* \\_b\\_ \\~c\\~ \\`d\\` \\| e \\\\ &amp;lt;'],
    ['x'.repeat(1e6), `${'x'.repeat(200)}…`],
  ])('%#', (name, wanted) => expect(escaped(name)).toBe(wanted))
})

describe('code', () => {
  test.each([
    ['a_b', '`a_b`'],
    [payload, `\`${payload}\``],
    [`\`${payload}`, `\`\` \`${payload} \`\``],
    ['a``b\n\nc', '``` a``b c ```'],
  ])('%#', (name, wanted) => expect(code(name)).toBe(wanted))
})
