defmodule QuickBEAM.Ecma429Test do
  @moduledoc """
  The interfaces and globals of ECMA-429, Minimum Common Web API, first edition
  (sections 4 and 5), but WebAssembly, with all groups of a browser.
  """
  use QuickBEAM.Case, async: true

  @interfaces ~w(
    AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream
    CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream
    ErrorEvent Event EventTarget File FormData Headers MessageChannel MessageEvent
    MessagePort Performance PromiseRejectionEvent ReadableByteStreamController
    ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
    ReadableStreamDefaultController ReadableStreamDefaultReader Request Response
    SubtleCrypto TextDecoder TextDecoderStream TextEncoder TextEncoderStream
    TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams
    WritableStream WritableStreamDefaultController WritableStreamDefaultWriter
  )

  @functions ~w(
    atob btoa clearInterval clearTimeout fetch queueMicrotask reportError setInterval
    setTimeout structuredClone
  )

  @members ~w(
    console.assert console.clear console.count console.countReset console.debug
    console.dir console.dirxml console.error console.group console.groupCollapsed
    console.groupEnd console.info console.log console.table console.time
    console.timeEnd console.timeLog console.trace console.warn
    crypto.getRandomValues crypto.randomUUID crypto.subtle
    globalThis navigator.userAgent performance.now performance.timeOrigin self
  )

  @handlers ~w(onerror onrejectionhandled onunhandledrejection)

  setup_all do
    {:ok, js} = QuickBEAM.start(apis: [:browser])
    {:ok, js: js}
  end

  defp missing(js, names, condition) do
    QuickBEAM.set_global(js, "names", names)

    code = """
    names.filter((name) => {
      const value = name.split(".").reduce((object, key) => object?.[key], globalThis);
      return !(#{condition});
    })
    """

    {:ok, missing} = QuickBEAM.eval(js, code)
    missing
  end

  test "interfaces", %{js: js} do
    condition =
      "typeof value === 'function' && value.name === name && value.prototype !== undefined"

    assert missing(js, @interfaces, condition) == []
  end

  test "interfaces are not enumerable properties of the global object", %{js: js} do
    condition = """
    value === undefined || Object.getOwnPropertyDescriptor(globalThis, name).enumerable === false
    """

    assert missing(js, @interfaces, condition) == []
  end

  test "functions", %{js: js} do
    assert missing(js, @functions, "typeof value === 'function'") == []
  end

  test "objects and their members", %{js: js} do
    assert missing(js, @members, "value !== undefined") == []
  end

  test "the global object is an event target", %{js: js} do
    assert {:ok, true} = QuickBEAM.eval(js, "globalThis instanceof EventTarget")
  end

  test "event handlers of the global object", %{js: js} do
    assert missing(js, @handlers, "value === null") == []
  end
end
