/** The part of the WebAssembly API that we use. TypeScript only declares it in its library for browsers. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
  }
  class Module {
    constructor(bytes: Uint8Array)
  }
  function compile(bytes: ArrayBuffer): Promise<Module>
  interface Global {
    readonly value: unknown
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
}
