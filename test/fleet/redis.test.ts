import { execFileSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { connect } from '../../src/fleet/connection.js'
import { redisAddress } from '../../src/fleet/redis-address.js'
import { program } from '../cli/helper.js'
import { freePort, redisServer, startRedis, until, workplace } from './helper.js'

const path = '--redis'

describe('an address of Redis', () => {
  test.each([
    ['redis://queue', { host: 'queue', port: 6379 }, 'redis://queue:6379'],
    [
      'redis://me:p%40ss@queue:7000/2',
      { host: 'queue', port: 7000, db: 2, username: 'me', password: 'p@ss' },
      'redis://queue:7000/2',
    ],
    ['rediss://:secret@[::1]:1', { host: '::1', port: 1, password: 'secret', tls: {} }, 'rediss://[::1]:1'],
  ])('%s', (url, options, shown) => {
    expect(redisAddress(url, { path })).toEqual({ options, shown })
  })

  test('takes a password from beside it', () => {
    expect(redisAddress('redis://queue', { path, password: 'beside' }).options.password).toBe('beside')
    expect(redisAddress('redis://:own@queue', { path, password: 'beside' }).options.password).toBe('own')
  })

  test.each([
    ['queue:6379', {}, '--redis: expected redis://HOST:PORT or rediss://HOST:PORT, got queue://…'],
    ['http://:secret@queue', {}, '--redis: expected redis://HOST:PORT or rediss://HOST:PORT, got http://…'],
    ['redis://:secret@queue/x', {}, '--redis: expected redis://HOST:PORT/DATABASE-NUMBER, got another form'],
    [
      'redis://queue',
      { ca: 'ca.pem' },
      '--redis-ca: expected an address rediss://, which has TLS, got redis://',
    ],
    ['rediss://queue', { ca: 'no.pem' }, '--redis-ca: expected a PEM file, got "no.pem" (no such file)'],
  ])('%s is refused', (url, more, message) => {
    expect(() => redisAddress(url, { path, ...more })).toThrow(message)
  })
})

test.each([
  [
    ['worker', '--redis', 'redis://queue', '--backend', 'gpu'],
    '--backend: expected one of wasm, cpu, webgpu, tensorflow, got "gpu"',
  ],
  [
    ['worker', '--redis', 'redis://queue', '--metrics-port', '70000'],
    '--metrics-port: expected integer from 0 to 65535, got 70000',
  ],
  [
    ['worker', '--redis', 'redis://queue', '--concurrency', '0'],
    '--concurrency: expected integer ≥ 1, got "0"',
  ],
])('sentei %j is refused', async (args, message) => {
  await expect(program(...args)).rejects.toThrow(message)
})

test('--queue says itself how many trials run at a time', async () => {
  const args = [
    'compare',
    packagePath('package.json'),
    '--out',
    'none',
    '--queue',
    'redis://queue',
    '--workers',
    '2',
  ]
  await expect(program(...args)).rejects.toThrow('--workers: expected none with --queue, where')
})

describe.skipIf(redisServer() === undefined)('a Redis', () => {
  const { folder, start, end, clean } = workplace()
  const servers: ChildProcess[] = []
  afterEach(async () => {
    await end()
    for (const server of servers.splice(0)) server.kill('SIGKILL')
  })
  afterAll(clean)

  const redis = async (...options: string[]) => {
    const port = await freePort()
    servers.push(await startRedis(port, ...options))
    return port
  }

  test('that is not there is one sentence, and exit code 1', async () => {
    const { ended, told } = start(['worker', '--redis', `redis://:secret@127.0.0.1:${await freePort()}`])
    expect(await ended).toBe(1)
    expect(told()).toMatch(
      /^redis:\/\/127\.0\.0\.1:\d+: Redis cannot be reached \(.*ECONNREFUSED.*\); start it, or correct the address\n$/,
    )
  })

  test('with TLS is trusted by its certificate alone', async () => {
    const at = (name: string) => join(folder, name)
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        at('key.pem'),
        '-out',
        at('ca.pem'),
        ...subject,
      ],
      { stdio: 'ignore' },
    )
    const port = await freePort()
    const files = [
      '--tls-cert-file',
      at('ca.pem'),
      '--tls-key-file',
      at('key.pem'),
      '--tls-ca-cert-file',
      at('ca.pem'),
    ]
    servers.push(await startRedis(0, '--tls-port', String(port), '--tls-auth-clients', 'no', ...files))
    const url = `rediss://localhost:${port}`
    await expect(connect(redisAddress(url, { path }), () => undefined)).rejects.toThrow(
      /cannot be reached \(.*self.signed/,
    )
    const { redis: client, close } = await connect(
      redisAddress(url, { path, ca: at('ca.pem') }),
      () => undefined,
    )
    expect(await client.ping()).toBe('PONG')
    close()
    expect(readFileSync(at('ca.pem'), 'utf8')).toContain('BEGIN CERTIFICATE')
  })

  test('that goes and comes back is waited for, and both is told', async () => {
    const port = await redis()
    const told: string[] = []
    const connection = await connect(redisAddress(`redis://127.0.0.1:${port}`, { path }), (text) =>
      told.push(text),
    )
    let back = 0
    connection.onBack(() => back++)
    servers[0]!.kill('SIGKILL')
    await until(() => told.length === 1)
    const answer = connection.redis.ping()
    servers.push(await startRedis(port))
    expect(await answer).toBe('PONG')
    expect(told).toEqual([
      `redis://127.0.0.1:${port}: the connection is lost; trying again`,
      `redis://127.0.0.1:${port}: connected again`,
    ])
    expect(back).toBe(1)
    connection.close()
  })
})
