import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
}

/** A server of files for a page. */
export interface PageServer {
  /** Its address, with a slash at the end. */
  readonly url: string
  readonly close: () => void
}

/**
 * Serves `pages` (HTML by path) and the files of some folders, each under its path's name in the first folder
 * that has it.
 */
export async function servePage(
  pages: Readonly<Record<string, string>>,
  folders: readonly string[],
): Promise<PageServer> {
  const server: Server = createServer(({ url }, response) => {
    const name = url!.slice(1)
    if (pages[name] !== undefined) return response.setHeader('content-type', 'text/html').end(pages[name])
    const path = folders.map((folder) => join(folder, name)).find((each) => existsSync(each))
    if (path === undefined || !statSync(path).isFile()) return response.writeHead(404).end()
    const type = types[name.split('.').at(-1)!] ?? 'application/octet-stream'
    createReadStream(path).pipe(response.writeHead(200, { 'content-type': type }))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => void server.close(),
  }
}
