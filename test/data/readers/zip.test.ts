import { crc32 } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { zipMembers } from '../../../src/data/readers/zip.js'
import { mutations } from './mutations.js'

const text = Array.from({ length: 200 }, (_, i) => `line ${i * i} of many`).join('\n')
const contents = { 'a.txt': text, 'b.txt': 'short' }
const archive = Buffer.from(
  zipSync({ 'a.txt': strToU8(contents['a.txt']), 'b.txt': [strToU8(contents['b.txt']), { level: 0 }] }),
)

const textOf = (bytes: Buffer, name: string): string =>
  Buffer.from(
    zipMembers('x.zip', bytes)
      .find((each) => each.name === name)!
      .read(),
  ).toString()

/** The archive with a field of its directory changed: `at` counts from where a member's entry begins. */
function withField(bytes: Buffer, entry: number, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  let place = copy.indexOf('PK\x01\x02', 0, 'latin1')
  for (let i = 0; i < entry; i++) place = copy.indexOf('PK\x01\x02', place + 4, 'latin1')
  copy.writeUInt32LE(value, place + at)
  return copy
}

describe('a ZIP archive', () => {
  it('gives its members, deflated or stored, also behind a comment', () => {
    expect(zipMembers('x.zip', archive).map(({ name }) => name)).toEqual(['a.txt', 'b.txt'])
    const commented = Buffer.concat([archive, Buffer.from('a comment')])
    commented.writeUInt16LE(9, archive.length - 2)
    for (const name of ['a.txt', 'b.txt'] as const) {
      expect(textOf(archive, name)).toBe(contents[name])
      expect(textOf(commented, name)).toBe(contents[name])
    }
  })

  it('gives members whose sizes and places have 64 bits, as Python writes them', () => {
    const long = Buffer.from(
      'UEsDBC0AAAAIAAAAIQCAiPnl//////////8FABQAYS50eHQBABAAEQAAAAAAAAAKAAAAAAAAAMtIzcnJV8hAkABQSwMELQAAAAgAAAAhAJbp' +
        'L1r//////////wUAFABiLnR4dAEAEAAFAAAAAAAAAAcAAAAAAAAAK8lILUoFAFBLAQItAy0AAAAIAAAAIQCAiPnl//////////8FABQAAAAA' +
        'AAAAAACAAQAAAABhLnR4dAEAEAARAAAAAAAAAAoAAAAAAAAAUEsBAi0DLQAAAAgAAAAhAJbpL1r//////////wUAHAAAAAAAAAAAAIAB////' +
        '/2IudHh0AQAYAAUAAAAAAAAABwAAAAAAAABBAAAAAAAAAFBLBgYsAAAAAAAAAC0ALQAAAAAAAAAAAAIAAAAAAAAAAgAAAAAAAACWAAAAAAAA' +
        'AH8AAAAAAAAAUEsGBwAAAAAVAQAAAAAAAAEAAABQSwUGAAAAAAIAAgCWAAAAfwAAAAAA',
      'base64',
    )
    expect(textOf(long, 'a.txt')).toBe('hello hello hello')
    expect(textOf(long, 'b.txt')).toBe('there')
  })

  it.each([
    ['a flipped byte', Buffer.from(archive).fill(0x41, archive.length >> 1, (archive.length >> 1) + 1), /./],
    ['another checksum', withField(archive, 1, 16, crc32('other')), /"b\.txt" has not the checksum/],
    ['another length', withField(archive, 0, 24, 17), /./],
    [
      'a length beyond the limit',
      withField(archive, 0, 24, 0xfffffffe),
      /^x\.zip\/a\.txt: expected at most 1 GiB/,
    ],
    ['a place that is not there', withField(archive, 0, 42, 0x7fffffff), /"a\.txt" is damaged/],
    ['a member that is cut', withField(archive, 1, 20, 0x7fffffff), /"b\.txt" is cut/],
    ['another method', withField(archive, 0, 10, 12), /compressed by method 12, not deflate/],
    ['a password', withField(archive, 0, 8, 0x00080001), /it is encrypted/],
    [
      'a name twice',
      Buffer.from(archive.toString('latin1').replaceAll('b.txt', 'a.txt'), 'latin1'),
      /"a\.txt" twice/,
    ],
    ['no end', archive.subarray(0, -1), /does not end as a ZIP archive does/],
    ['nothing', Buffer.alloc(0), /does not end as a ZIP archive does/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => ['a.txt', 'b.txt'].map((name) => textOf(bytes, name))).toThrow(reason)
  })

  it('gives what was packed or an error, whatever is damaged', () => {
    let refused = 0
    for (const { name, bytes } of mutations(archive, 600, { seed: 7 })) {
      for (const member of ['a.txt', 'b.txt'] as const) {
        let got: string | undefined
        try {
          got = textOf(Buffer.from(bytes), member)
        } catch {
          refused++
        }
        if (got !== undefined) expect(got, name).toBe(contents[member])
      }
    }
    expect(refused).toBeGreaterThan(300)
  })
})
