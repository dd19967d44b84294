import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { chunksOf, readBytes, readText } from '../../src/base/data-file.js'
import { InputError } from '../../src/base/errors.js'
import { checkFits, fileLimit } from '../../src/base/limit.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-data-file-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => void delete process.env.SENTEI_FILE_LIMIT)

const at = (name: string) => join(folder, name)
const write = (content: string | Uint8Array, name = 'a.bin'): string => {
  writeFileSync(at(name), content)
  return at(name)
}

const later = <T>(run: () => T): Promise<T> => Promise.resolve().then(run)

/** Both ways in: the whole file, and its pieces. */
const ways: readonly [string, (path: string) => Promise<Buffer>][] = [
  ['whole', (path) => later(() => readBytes(path, 'data', 'a file'))],
  [
    'in pieces',
    async (path) => {
      const pieces: Buffer[] = []
      for await (const piece of chunksOf(path, 'data', 'a file')) pieces.push(piece)
      return Buffer.concat(pieces)
    },
  ],
]

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(InputError)
  return (error as Error).message
}

describe.each(ways)('a data file, read %s', (_, read) => {
  it('gives the bytes of a plain file, of gzip, of several gzip members, and of nothing', async () => {
    const long = Buffer.alloc(3_000_000, 'abcdefg')
    expect(await read(write('plain'))).toEqual(Buffer.from('plain'))
    expect((await read(write(long))).equals(long)).toBe(true)
    expect((await read(write(gzipSync(long)))).equals(long)).toBe(true)
    const members = [gzipSync('ab'), gzipSync('cd'), Buffer.alloc(20)]
    expect(await read(write(Buffer.concat(members)))).toEqual(Buffer.from('abcd'))
    expect(await read(write(''))).toEqual(Buffer.alloc(0))
  })

  it('checks checksum and length of gzip, that it ends, and that nothing follows', async () => {
    const packed = gzipSync('the quick brown fox')
    const damaged = (change: (bytes: Buffer) => Uint8Array) => change(Buffer.from(packed))
    const flip = (place: number) => (bytes: Buffer) => {
      bytes[bytes.length + place]! ^= 1
      return bytes
    }
    const expected = (reason: string) => `data: expected a file, got "${at('a.bin')}" (${reason})`
    expect(await refusal(read(write(damaged(flip(-8)))))).toBe(expected('incorrect data check'))
    expect(await refusal(read(write(damaged(flip(-4)))))).toBe(expected('incorrect length check'))
    expect(await refusal(read(write(damaged((bytes) => bytes.subarray(0, -9)))))).toBe(
      expected('unexpected end of file'),
    )
    // A second member whose first byte is lost would be lost without a word.
    const lost = Buffer.concat([packed, damaged((bytes) => bytes.fill(0, 0, 1))])
    expect(await refusal(read(write(lost)))).toBe(expected('other bytes follow the end of its gzip data'))
    expect(await refusal(read(write('plain', 'a.csv.gz')))).toContain(
      '(its name says gzip, its first bytes do not)',
    )
  })

  it('refuses what is no file', async () => {
    expect(await refusal(read(at('none')))).toContain('(no such file)')
    expect(await refusal(read(folder))).toContain('(a folder)')
  })

  it.skipIf(process.platform === 'win32')('refuses pipes, devices and sockets at once', async () => {
    execFileSync('mkfifo', [at(`pipe ${_}`)])
    expect(await refusal(read(at(`pipe ${_}`)))).toContain('(a pipe: put what it gives into a file first)')
    expect(await refusal(read('/dev/zero'))).toContain('(a device: ')
    const server = createServer().listen(at(`socket ${_}`))
    await new Promise((resolve) => server.once('listening', resolve))
    expect(await refusal(read(at(`socket ${_}`)))).toContain('(a socket: ')
    server.close()
  })
})

describe('the limit', () => {
  it('is 1 GiB, or what the environment says', () => {
    expect(fileLimit()).toBe(2 ** 30)
    process.env.SENTEI_FILE_LIMIT = '0.5'
    expect(fileLimit()).toBe(2 ** 29)
    process.env.SENTEI_FILE_LIMIT = 'much'
    expect(() => fileLimit()).toThrow('SENTEI_FILE_LIMIT: expected a number of GiB above 0, got "much"')
  })

  it('says what it would take, and what to do', () => {
    expect(() => checkFits('a.npz/x', 13.2e9, 'values')).toThrow(
      'a.npz/x: expected at most 1 GiB of values, got 12.3 GiB; take a part of it, or set SENTEI_FILE_LIMIT=13 (GiB) where memory allows',
    )
    expect(() => checkFits('a.npz/x', 2 ** 30, 'values')).not.toThrow()
    expect(() => checkFits('a.npz/x', Infinity, 'values')).toThrow(InputError)
  })

  it('is looked at before a file is read', async () => {
    write('')
    truncateSync(at('a.bin'), 3 * 2 ** 30)
    const message = await refusal(later(() => readBytes(at('a.bin'), 'data', 'a file')))
    expect(message).toContain(`data: ${at('a.bin')}: expected at most 1 GiB of bytes, got 3 GiB; `)
    rmSync(at('a.bin'))
  })

  it('holds for what gzip unpacks to', async () => {
    process.env.SENTEI_FILE_LIMIT = String(2 ** -10)
    write(gzipSync(Buffer.alloc(2 ** 22)))
    expect(await refusal(later(() => readText(at('a.bin'), 'data', 'a file')))).toContain(
      '(it unpacks to more than 0.000977 GiB; SENTEI_FILE_LIMIT (GiB) allows more)',
    )
  })

  it.runIf(existsSync('/proc/meminfo'))('takes no more than the size that a file has', () => {
    expect(readBytes('/proc/meminfo', 'data', 'a file')).toHaveLength(0)
  })
})
