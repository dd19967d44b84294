import { readFileSync } from 'node:fs'
import type { RedisOptions } from 'ioredis'
import { InputError } from '../base/errors.js'

/** Where a Redis is, and how to get in. */
export interface RedisAddress {
  /** For messages: without user and password. */
  readonly shown: string
  readonly options: RedisOptions
}

export interface AddressSettings {
  /** The option from which the address is, for messages. */
  readonly path: string
  /** A file with the certificates that sign the server's, in PEM; those of Node by default. */
  readonly ca?: string | undefined
  /** The password if the address has none. */
  readonly password?: string | undefined
}

/**
 * The address in a URL: `redis://[USER][:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://…` for TLS. Throws
 * an InputError, which never holds the password.
 */
export function redisAddress(given: string, { path, ca, password }: AddressSettings): RedisAddress {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:')
    throw new InputError(
      `${path}: expected redis://HOST:PORT or rediss://HOST:PORT, got ${url ? `${url.protocol}//…` : 'another text'}`,
    )
  const database = url.pathname.replace(/^\/$/, '').slice(1)
  if (url.hostname === '' || !/^\d*$/.test(database))
    throw new InputError(`${path}: expected ${url.protocol}//HOST:PORT/DATABASE-NUMBER, got another form`)
  const secure = url.protocol === 'rediss:'
  if (ca !== undefined && !secure)
    throw new InputError(`--redis-ca: expected an address rediss://, which has TLS, got ${url.protocol}//`)
  const port = url.port === '' ? 6379 : Number(url.port)
  // IPv6 addresses stand in brackets in a URL alone.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const secret = url.password === '' ? password : decodeURIComponent(url.password)
  return {
    shown: `${url.protocol}//${url.hostname}:${port}${database === '' ? '' : `/${database}`}`,
    options: {
      host,
      port,
      ...(database !== '' && { db: Number(database) }),
      ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
      ...(secret !== undefined && secret !== '' && { password: secret }),
      ...(secure && { tls: { ...(ca !== undefined && { ca: certificates(ca) }) } }),
    },
  }
}

function certificates(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new InputError(
      `--redis-ca: expected a PEM file, got "${file}" (${code === 'ENOENT' ? 'no such file' : message})`,
    )
  }
}
