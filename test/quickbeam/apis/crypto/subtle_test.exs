defmodule QuickBEAM.Apis.Crypto.SubtleTest do
  @moduledoc "crypto.subtle as an interface: conversions, order of checks, errors, secrecy."
  use QuickBEAM.Case, async: true

  @helpers """
  const { subtle } = crypto;
  const bytes = (count) => new Uint8Array(count);
  const raw = (key, algorithm, extractable, ...usages) => subtle.importKey("raw", key, algorithm, extractable, usages);
  const failure = (promise) => promise.then(() => "none", (error) => `${error instanceof DOMException ? "DOM" : ""}${error.name}`);
  """

  setup_all do
    {:ok, js} = QuickBEAM.start(apis: [:crypto, :buffer])
    {:ok, _} = QuickBEAM.eval(js, @helpers)
    {:ok, js: js}
  end

  defp answer(js, code), do: QuickBEAM.eval(js, "(async () => { #{code} })()", timeout: 20_000)

  defp failures(js, cases) do
    for {code, expected} <- cases do
      assert {code, {:ok, expected}} == {code, answer(js, "return failure(#{code})")}
    end
  end

  test "without the group there are random values alone" do
    bare = start_alone(apis: [])

    assert Context.eval(bare, """
           [typeof crypto.getRandomValues, typeof crypto.randomUUID, typeof crypto.subtle,
            typeof Crypto, typeof CryptoKey, typeof SubtleCrypto]
           """) ==
             {:ok, ~w(function undefined undefined undefined undefined undefined)}
  end

  test "interfaces", %{js: js} do
    for {code, expected} <- [
          {"crypto instanceof Crypto && crypto.subtle instanceof SubtleCrypto", true},
          {"crypto.subtle === crypto.subtle", true},
          {"[String(crypto), String(crypto.subtle)].join()",
           "[object Crypto],[object SubtleCrypto]"},
          {"Object.keys(Crypto.prototype).sort().join()", "getRandomValues,randomUUID,subtle"},
          {"Object.keys(CryptoKey.prototype).join()", "type,extractable,algorithm,usages"},
          {"Object.keys(SubtleCrypto.prototype).map((name) => name + subtle[name].length).join()",
           "encrypt3,decrypt3,sign3,verify4,digest2,generateKey3,deriveKey5,deriveBits2,importKey5,exportKey2,wrapKey4,unwrapKey7"},
          {"[Crypto, CryptoKey, SubtleCrypto].map((c) => c.name + c.length).join()",
           "Crypto0,CryptoKey0,SubtleCrypto0"},
          {"[Crypto, CryptoKey, SubtleCrypto].map((c) => { try { new c() } catch (e) { return e.name } }).join()",
           "TypeError,TypeError,TypeError"},
          {"/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())",
           true}
        ] do
      assert {code, {:ok, expected}} == {code, QuickBEAM.eval(js, code)}
    end
  end

  test "whatever is wrong with a call rejects its promise", %{js: js} do
    failures(js, [
      {"subtle.digest('SHA-256')", "TypeError"},
      {"subtle.digest.call({}, 'SHA-256', bytes(1))", "TypeError"},
      {"subtle.digest('SHA-256', 'text')", "TypeError"},
      {"subtle.digest('SHA-256', new SharedArrayBuffer(1))", "TypeError"},
      {"subtle.digest({}, bytes(1))", "TypeError"},
      {"subtle.digest('MD5', bytes(1))", "DOMNotSupportedError"},
      {"subtle.digest('AES-GCM', bytes(1))", "DOMNotSupportedError"},
      {"subtle.generateKey('AES-GCM', true, ['encrypt'])", "TypeError"},
      {"subtle.generateKey({ name: 'AES-GCM', length: 65536 }, true, ['encrypt'])", "TypeError"},
      {"subtle.generateKey({ name: 'AES-GCM', length: 64 }, true, ['encrypt'])",
       "DOMOperationError"},
      {"subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, [])", "DOMSyntaxError"},
      {"subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['sign'])", "DOMSyntaxError"},
      {"subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['fly'])", "TypeError"},
      {"subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, 'sign')", "TypeError"},
      {"subtle.generateKey({ name: 'HMAC', hash: 'SHA-1', length: 0 }, true, ['sign'])",
       "DOMOperationError"},
      {"subtle.generateKey({ name: 'HMAC', hash: 'MD5' }, true, ['sign'])",
       "DOMNotSupportedError"},
      {"subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-257' }, true, ['sign'])",
       "DOMNotSupportedError"},
      {"subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])",
       "DOMSyntaxError"},
      {"subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 2048, publicExponent: new Uint8Array([2]) }, true, ['sign'])",
       "DOMOperationError"},
      {"subtle.generateKey({ name: 'PBKDF2' }, true, ['deriveBits'])", "DOMNotSupportedError"},
      {"subtle.importKey('raw', bytes(15), 'AES-CBC', true, ['encrypt'])", "DOMDataError"},
      {"subtle.importKey('raw', bytes(16), 'AES-CBC', true, [])", "DOMSyntaxError"},
      {"subtle.importKey('cooked', bytes(16), 'AES-CBC', true, ['encrypt'])", "TypeError"},
      {"subtle.importKey('raw', {}, 'AES-CBC', true, ['encrypt'])", "TypeError"},
      {"subtle.importKey('jwk', bytes(16), 'AES-CBC', true, ['encrypt'])", "TypeError"},
      {"subtle.importKey('jwk', { kty: 'oct', k: 'AA==' }, 'AES-CBC', true, ['encrypt'])",
       "DOMDataError"},
      {"subtle.importKey('jwk', { kty: 'RSA' }, 'AES-CBC', true, ['encrypt'])", "DOMDataError"},
      {"subtle.importKey('spki', bytes(9), 'AES-CBC', true, ['encrypt'])",
       "DOMNotSupportedError"},
      {"subtle.importKey('raw', bytes(0), { name: 'HMAC', hash: 'SHA-1' }, true, ['sign'])",
       "DOMDataError"},
      {"subtle.importKey('raw', bytes(4), 'PBKDF2', true, ['deriveBits'])", "DOMSyntaxError"},
      {"subtle.importKey('raw', bytes(65), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])",
       "DOMDataError"},
      {"subtle.importKey('pkcs8', bytes(65), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])",
       "DOMDataError"},
      {"subtle.exportKey('raw', {})", "TypeError"},
      {"crypto.subtle.encrypt.call(subtle, 'AES-GCM', {}, bytes(1))", "TypeError"}
    ])
  end

  test "a key does what it is for and nothing else", %{js: js} do
    assert {:ok, _} =
             answer(js, """
             globalThis.gcm = await raw(bytes(16), "AES-GCM", false, "encrypt");
             globalThis.kw = await raw(bytes(16), "AES-KW", true, "wrapKey", "unwrapKey");
             globalThis.pbkdf2 = await raw(bytes(16), "PBKDF2", false, "deriveBits");
             globalThis.ec = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
             globalThis.ec384 = await subtle.generateKey({ name: "ECDH", namedCurve: "P-384" }, true, ["deriveBits"]);
             """)

    iv = "{ name: 'AES-GCM', iv: bytes(12) }"
    pbkdf2 = "name: 'PBKDF2', hash: 'SHA-1', salt: bytes(1)"

    failures(js, [
      {"subtle.encrypt(#{iv}, gcm, bytes(1))", "none"},
      {"subtle.encrypt({ name: 'aes-gcm', iv: bytes(12).buffer }, gcm, bytes(1).buffer)", "none"},
      {"subtle.encrypt({ name: 'AES-GCM' }, gcm, bytes(1))", "TypeError"},
      {"subtle.encrypt({ name: 'AES-GCM', iv: bytes(12), tagLength: 33 }, gcm, bytes(1))",
       "DOMOperationError"},
      {"subtle.decrypt(#{iv}, gcm, bytes(1))", "DOMInvalidAccessError"},
      {"subtle.encrypt({ name: 'AES-CBC', iv: bytes(16) }, gcm, bytes(1))",
       "DOMInvalidAccessError"},
      {"subtle.encrypt('AES-KW', kw, bytes(16))", "DOMNotSupportedError"},
      {"subtle.exportKey('raw', gcm)", "DOMInvalidAccessError"},
      {"subtle.exportKey('spki', kw)", "DOMNotSupportedError"},
      {"subtle.exportKey('raw', pbkdf2)", "DOMNotSupportedError"},
      {"subtle.exportKey('raw', ec.privateKey)", "DOMInvalidAccessError"},
      {"subtle.wrapKey('raw', gcm, kw, 'AES-KW')", "DOMInvalidAccessError"},
      {"subtle.unwrapKey('raw', bytes(24), kw, 'AES-KW', 'AES-GCM', true, ['encrypt'])",
       "DOMOperationError"},
      {"subtle.deriveBits({ #{pbkdf2}, iterations: 0 }, pbkdf2, 8)", "DOMOperationError"},
      {"subtle.deriveBits({ #{pbkdf2}, iterations: 1 }, pbkdf2, 9)", "DOMOperationError"},
      {"subtle.deriveBits({ #{pbkdf2}, iterations: 1 }, pbkdf2)", "DOMOperationError"},
      {"subtle.deriveBits({ #{pbkdf2}, iterations: 4294967295 }, pbkdf2, 8)",
       "DOMOperationError"},
      {"subtle.deriveBits({ #{pbkdf2}, iterations: 1 }, pbkdf2, 0)", "none"},
      {"subtle.deriveBits({ name: 'ECDH', public: ec.privateKey }, ec.privateKey, 8)",
       "DOMInvalidAccessError"},
      {"subtle.deriveBits({ name: 'ECDH', public: ec384.publicKey }, ec.privateKey, 8)",
       "DOMInvalidAccessError"},
      {"subtle.deriveBits({ name: 'ECDH', public: ec.publicKey }, ec.privateKey, 264)",
       "DOMOperationError"}
    ])
  end

  test "bytes are taken when the call is made, after the algorithm is read", %{js: js} do
    assert answer(js, """
           const show = (buffer) => new Uint8Array(buffer).join();
           const data = new Uint8Array([1, 2, 3]);
           const expected = show(await subtle.digest("SHA-256", new Uint8Array([9, 2, 3])));
           const result = subtle.digest({ get name() { data[0] = 9; return "SHA-256"; } }, data);
           data[0] = 7;
           return show(await result) === expected;
           """) == {:ok, true}
  end

  test "a clone of a key is as good and as closed", %{js: js} do
    assert answer(js, """
           const key = await raw(bytes(16), "AES-GCM", false, "encrypt");
           const { clone } = structuredClone({ clone: key });
           const algorithm = { name: "AES-GCM", iv: bytes(12) };
           const show = async (key) => new Uint8Array(await subtle.encrypt(algorithm, key, bytes(5))).join();
           return [clone !== key, clone instanceof CryptoKey, clone.extractable, clone.usages.join(),
                   (await show(clone)) === (await show(key)), await failure(subtle.exportKey("raw", clone))];
           """) == {:ok, [true, true, false, "encrypt", true, "DOMInvalidAccessError"]}
  end

  test "what a key shows is made once and not what it works by", %{js: js} do
    assert answer(js, """
           const key = await raw(bytes(16), "AES-GCM", true, "encrypt");
           key.algorithm.name = "AES-CBC";
           key.usages.push("decrypt");
           return [key.algorithm === key.algorithm, key.usages === key.usages, key.algorithm.name,
                   await failure(subtle.decrypt({ name: "AES-GCM", iv: bytes(12) }, key, bytes(20)))];
           """) == {:ok, [true, true, "AES-CBC", "DOMInvalidAccessError"]}
  end

  test "wrapped as a JSON Web Key", %{js: js} do
    assert answer(js, """
           const wrapping = await raw(bytes(32), "AES-GCM", false, "wrapKey", "unwrapKey");
           const algorithm = { name: "AES-GCM", iv: bytes(12) };
           const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
           const wrapped = await subtle.wrapKey("jwk", pair.privateKey, wrapping, algorithm);
           const key = await subtle.unwrapKey("jwk", wrapped, wrapping, algorithm, pair.privateKey.algorithm, false, ["sign"]);
           const signature = await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytes(9));
           return [key.type, key.extractable, await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, signature, bytes(9))];
           """) == {:ok, ["private", false, true]}
  end

  test "a key derived from another, and the derived bits of it", %{js: js} do
    assert answer(js, """
           const base = await raw(bytes(16), "HKDF", false, "deriveKey", "deriveBits");
           const algorithm = { name: "HKDF", hash: "SHA-256", salt: bytes(0), info: bytes(0) };
           const key = await subtle.deriveKey(algorithm, base, { name: "AES-CBC", length: 128 }, true, ["encrypt"]);
           const mac = await subtle.deriveKey(algorithm, base, { name: "HMAC", hash: "SHA-512" }, true, ["sign"]);
           const bits = await subtle.deriveBits(algorithm, base, 128);
           const same = new Uint8Array(await subtle.exportKey("raw", key)).join() === new Uint8Array(bits).join();
           return [same, mac.algorithm.length, JSON.stringify(mac.algorithm)];
           """) ==
             {:ok, [true, 1024, ~s({"name":"HMAC","hash":{"name":"SHA-512"},"length":1024})]}
  end

  test "no script sees the material of a key that is not extractable" do
    js = start_alone(apis: [:crypto, :buffer])

    # Everything that a promise, a conversion or a copy could run, replaced before the
    # first touch of the API, notes what it gets.
    assert {:ok, "none"} =
             Context.eval(
               js,
               """
               const marker = Array.from({ length: 32 }, (_, i) => 100 + i);
               const seen = [];
               const contains = (value) => {
                 let bytes = null;
                 if (value instanceof ArrayBuffer) bytes = new Uint8Array(value);
                 else if (ArrayBuffer.isView(value)) bytes = new Uint8Array(value.buffer);
                 else if (typeof value === "string") bytes = Array.from(value, (c) => c.charCodeAt(0));
                 else if (Array.isArray(value)) return value.some(contains) || String(value.filter((x) => typeof x === "number")).includes(String(marker));
                 return bytes !== null && Array.prototype.join.call(bytes, ",").includes(String(marker));
               };
               let watching = false, looking = false;
               const look = (place, ...values) => {
                 if (!watching || looking) return;
                 looking = true;
                 for (const value of values) if (contains(value)) seen.push(place);
                 looking = false;
               };
               for (const prototype of [Object.prototype, Array.prototype, Uint8Array.prototype, ArrayBuffer.prototype, String.prototype]) {
                 for (const name of ["then", "toJSON"]) {
                   Object.defineProperty(prototype, name, { configurable: true, get() { look(name, this); return undefined; } });
                 }
               }
               const constructor = Promise;
               let inside = false;
               Object.defineProperty(Promise.prototype, "constructor", { get() {
                 if (!inside) {
                   inside = true;
                   this.then((value) => look("value", value), () => {});
                   inside = false;
                 }
                 return constructor;
               } });
               for (const [object, name] of [[Promise.prototype, "then"], [Uint8Array.prototype.__proto__, "set"], [Array.prototype, "push"], [Array.prototype, "map"], [Function.prototype, "call"], [Function.prototype, "apply"], [JSON, "stringify"], [JSON, "parse"], [Reflect, "apply"]]) {
                 const original = object[name];
                 const apply = Reflect.apply;
                 object[name] = function (...args) { look(name, this, ...args); return apply(original, this, args); };
               }
               (async () => {
                 const { subtle } = crypto;
                 const kw = await subtle.importKey("raw", new Uint8Array(16), "AES-KW", false, ["wrapKey", "unwrapKey"]);
                 const hmac = { name: "HMAC", hash: "SHA-256" };
                 const open = await subtle.importKey("raw", Uint8Array.from(marker), hmac, true, ["sign"]);
                 const wrapped = await subtle.wrapKey("raw", open, kw, "AES-KW");
                 watching = true;
                 const key = await subtle.unwrapKey("raw", wrapped, kw, "AES-KW", hmac, false, ["sign"]);
                 await subtle.sign("HMAC", key, new Uint8Array(5));
                 await subtle.exportKey("raw", key).catch(() => {});
                 look("keys", ...Reflect.ownKeys(key), ...Object.values(key), String(key), JSON.stringify(key));
                 watching = false;
                 if (seen.length > 0) return seen.join();
                 // The watch sees what there is to be seen.
                 watching = true;
                 Promise.resolve(Uint8Array.from(marker));
                 watching = false;
                 return seen.length > 0 ? "none" : "blind";
               })()
               """,
               timeout: 20_000
             )
  end

  test "an operation that is under way when the context ends harms nobody" do
    js = start_alone(apis: [:crypto])

    task =
      Task.async(fn ->
        Context.eval(
          js,
          "crypto.subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) }, true, ['sign'])"
        )
      end)

    eventually(fn -> :erlang.process_info(js, :message_queue_len) == {:message_queue_len, 0} end)
    Context.stop(js)
    assert {:error, %JSError{}} = Task.await(task)
  end

  @tag :capture_log
  test "operations beyond a few wait in line, charged to the context, and none is lost" do
    js = start_alone(apis: [:crypto], memory_limit: 64_000_000)

    {:ok, true} =
      Context.eval(js, """
      globalThis.key = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]);
      globalThis.data = new Uint8Array(1_000_000);
      globalThis.encrypt = (data) => crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, data);
      true
      """)

    flood = "globalThis.all = []; for (let i = 0; i < 20; i++) all.push(encrypt(data)); 20"
    assert {:ok, 20} = Context.eval(js, flood)
    assert :sys.get_state(js).services["crypto"].running <= 8

    assert Context.eval(js, "(await Promise.all(all)).map((bytes) => bytes.byteLength)") ==
             {:ok, List.duplicate(1_000_016, 20)}

    eventually(fn ->
      :sys.get_state(js).services["crypto"] == %{running: 0, waiting: :queue.new()}
    end)

    # The script holds one buffer; what waits is charged all the same.
    assert_js_error(
      Context.eval(js, "await Promise.all(Array.from({ length: 1_000 }, () => encrypt(data)))"),
      "InternalError"
    )

    eventually(fn -> :sys.get_state(js).services["crypto"].running == 0 end)
    assert Context.eval(js, "(await encrypt(data)).byteLength") == {:ok, 1_000_016}
  end
end
