import { expect, test } from 'vitest'
import * as format from '../../src/report/format.js'
import { html, trusted } from '../../src/report/markup.js'

test.each<[keyof typeof format, unknown, string]>([
  ['formatCount', 41_223, '41,223'],
  ['formatCount', null, '–'],
  ['formatNumber', 0.963_41, '0.9634'],
  ['formatNumber', 12_345.6, '12,346'],
  ['formatNumber', 0, '0'],
  ['formatNumber', -3.14159e-7, '-3.14e-7'],
  ['formatNumber', 1e38, '1.00e+38'],
  ['formatNumber', NaN, '–'],
  ['formatDifference', 0.0123, '+0.0123'],
  ['formatDifference', -0.0123, '−0.0123'],
  ['formatDifference', 0, '0'],
  ['formatDifference', undefined, '–'],
  ['formatSi', 9_870_000, '9.87 M'],
  ['formatSi', 41_223, '41.2 k'],
  ['formatSi', 9_999, '9,999'],
  ['formatSi', Infinity, '–'],
  ['formatSeconds', 4.23, '4.2 s'],
  ['formatSeconds', 200, '3 min 20 s'],
  ['formatSeconds', 600, '10 min'],
  ['formatSeconds', 7_500, '2 h 5 min'],
])('%s of %j is %j', (name, value, text) => {
  expect((format[name] as (value: unknown) => string)(value)).toBe(text)
})

test('a template escapes what is not markup', () => {
  const name = `<b a="1" c='2'>&`
  expect(html`<p title="${name}">${[name, trusted('<br>')]}${null}${0}</p>`.markup).toBe(
    '<p title="&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;">&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;<br>0</p>',
  )
})
