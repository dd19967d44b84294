import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { kernelUrl } from '../src/urls.js'

/** The numbers of a module's sections, in their order. */
function sectionsOf(bytes: Uint8Array): number[] {
  const sections: number[] = []
  for (let at = 8; at < bytes.length;) {
    sections.push(bytes[at++]!)
    let [size, shift, byte] = [0, 0, 0]
    do {
      byte = bytes[at++]!
      size |= (byte & 127) << shift
      shift += 7
    } while (byte & 128)
    at += size
  }
  return sections
}

const [code, data] = [10, 11]

describe.each([false, true])('the kernels, relaxed %s', (relaxed) => {
  it('bring no data, which would overwrite those of TensorFlow.js in their common memory', () => {
    const sections = sectionsOf(readFileSync(kernelUrl(relaxed)))
    expect(sections).toContain(code)
    expect(sections).not.toContain(data)
  })
})
