defmodule QuickBEAM.Apis.Crypto.VectorsTest do
  @moduledoc "Known answers of NIST and the RFCs, through crypto.subtle."
  use QuickBEAM.Case, async: true

  @helpers """
  const { subtle } = crypto;
  const hex = (text) => Uint8Array.from(text.replace(/\\s/g, "").match(/../g) ?? [], (byte) => parseInt(byte, 16));
  const text = (text) => new TextEncoder().encode(text);
  const show = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const raw = (key, algorithm, ...usages) => subtle.importKey("raw", key, algorithm, false, usages);
  """

  setup_all do
    {:ok, js} = QuickBEAM.start(apis: [:crypto])
    {:ok, _} = QuickBEAM.eval(js, @helpers)
    {:ok, js: js}
  end

  defp answer(js, code), do: QuickBEAM.eval(js, "(async () => { #{code} })()", timeout: 20_000)

  test "digests of abc (FIPS 180-4, FIPS 202)", %{js: js} do
    for {name, digest} <- [
          {"sha-1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
          {"SHA-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
          {"Sha-384",
           "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed" <>
             "8086072ba1e7cc2358baeca134c825a7"},
          {"SHA-512",
           "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" <>
             "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
          {"sha3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"}
        ] do
      assert {:ok, digest} ==
               answer(js, "return show(await subtle.digest('#{name}', text('abc')))")
    end
  end

  test "a digest of a million letters (FIPS 180-4)", %{js: js} do
    assert answer(js, "return show(await subtle.digest('SHA-256', text('a'.repeat(1e6))))") ==
             {:ok, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}
  end

  test "HMAC (RFC 4231, 4.3)", %{js: js} do
    assert answer(js, """
           const key = await raw(text("Jefe"), { name: "HMAC", hash: "SHA-256" }, "sign", "verify");
           const data = text("what do ya want for nothing?");
           const mac = await subtle.sign("HMAC", key, data);
           return [show(mac), await subtle.verify("HMAC", key, mac, data), await subtle.verify("HMAC", key, mac, text("x"))];
           """) ==
             {:ok,
              ["5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", true, false]}
  end

  test "AES-CBC and AES-CTR (SP 800-38A, F.2.1 and F.5.1)", %{js: js} do
    assert {:ok, [cbc, ctr]} =
             answer(js, """
             const key = hex("2b7e151628aed2a6abf7158809cf4f3c");
             const plain = hex("6bc1bee22e409f96e93d7e117393172a");
             const cbc = await raw(key, "AES-CBC", "encrypt"), ctr = await raw(key, "AES-CTR", "encrypt");
             const iv = hex("000102030405060708090a0b0c0d0e0f"), counter = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
             return [
               show(await subtle.encrypt({ name: "AES-CBC", iv }, cbc, plain)),
               show(await subtle.encrypt({ name: "AES-CTR", counter, length: 64 }, ctr, plain)),
             ];
             """)

    assert String.starts_with?(cbc, "7649abac8119b246cee98e9b12e9197d")
    assert byte_size(cbc) == 64
    assert ctr == "874d6191b620e3261bef6864990db6ce"
  end

  test "AES-CTR counts within its own bits", %{js: js} do
    assert {:ok, true} =
             answer(js, """
             const key = await raw(new Uint8Array(16), "AES-CTR", "encrypt");
             const at = async (end, length, size) =>
               show(await subtle.encrypt({ name: "AES-CTR", counter: hex("00".repeat(15) + end), length }, key, new Uint8Array(size)));
             // 14, 15, then 0 again, of four bits.
             return (await at("0e", 4, 64)) === (await at("0e", 8, 32)) + (await at("00", 8, 32));
             """)

    assert {:error, %JSError{name: "OperationError"}} =
             answer(js, """
             const key = await raw(new Uint8Array(16), "AES-CTR", "encrypt");
             await subtle.encrypt({ name: "AES-CTR", counter: new Uint8Array(16), length: 1 }, key, new Uint8Array(33));
             """)
  end

  test "AES-GCM (GCM specification, test case 4)", %{js: js} do
    assert answer(js, """
           const key = await raw(hex("feffe9928665731c6d6a8f9467308308"), "AES-GCM", "encrypt", "decrypt");
           const algorithm = {
             name: "AES-GCM",
             iv: hex("cafebabefacedbaddecaf888"),
             additionalData: hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
           };
           const plain = hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
           const sealed = await subtle.encrypt(algorithm, key, plain);
           const opened = await subtle.decrypt(algorithm, key, sealed);
           return [show(sealed), show(opened) === show(plain)];
           """) ==
             {:ok,
              [
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" <>
                  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091" <>
                  "5bc94fbc3221a5db94fae95ae7121a47",
                true
              ]}
  end

  test "AES-KW (RFC 3394, 4.1 and 4.6)", %{js: js} do
    for {kek, data, wrapped} <- [
          {"000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
           "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
          {"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
           "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
           "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"}
        ] do
      assert answer(js, """
             const kek = await raw(hex("#{kek}"), "AES-KW", "wrapKey", "unwrapKey");
             const hmac = { name: "HMAC", hash: "SHA-256" };
             const key = await subtle.importKey("raw", hex("#{data}"), hmac, true, ["sign"]);
             const wrapped = await subtle.wrapKey("raw", key, kek, "AES-KW");
             const back = await subtle.unwrapKey("raw", wrapped, kek, "AES-KW", hmac, true, ["sign"]);
             return [show(wrapped), show(await subtle.exportKey("raw", back))];
             """) == {:ok, [wrapped, String.downcase(data)]}
    end
  end

  test "HKDF (RFC 5869, A.1)", %{js: js} do
    assert answer(js, """
           const key = await raw(hex("0b".repeat(22)), "HKDF", "deriveBits");
           const algorithm = { name: "HKDF", hash: "SHA-256", salt: hex("000102030405060708090a0b0c"), info: hex("f0f1f2f3f4f5f6f7f8f9") };
           return show(await subtle.deriveBits(algorithm, key, 42 * 8));
           """) ==
             {:ok,
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"}
  end

  test "PBKDF2 (RFC 6070)", %{js: js} do
    assert answer(js, """
           const key = await raw(text("password"), "PBKDF2", "deriveBits");
           const algorithm = { name: "PBKDF2", hash: "SHA-1", salt: text("salt"), iterations: 4096 };
           return show(await subtle.deriveBits(algorithm, key, 160));
           """) == {:ok, "4b007901b765489abead49d926f721d065a429c1"}
  end

  test "Ed25519 (RFC 8032, 7.1)", %{js: js} do
    assert answer(js, """
           const seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
           const pkcs8 = hex("302e020100300506032b657004220420" + seed);
           const key = await subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
           const { x } = await subtle.exportKey("jwk", key);
           const peer = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
           const verifier = await raw(peer, "Ed25519", "verify");
           const signature = await subtle.sign("Ed25519", key, hex("72"));
           return [show(signature), x, await subtle.verify("Ed25519", verifier, signature, hex("72"))];
           """) ==
             {:ok,
              [
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" <>
                  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw",
                true
              ]}
  end

  test "a key of small order verifies nothing", %{js: js} do
    # With the neutral element as key and as R, s = 0 fits every message.
    assert answer(js, """
           const one = "01" + "00".repeat(31);
           const key = await raw(hex(one), "Ed25519", "verify");
           return await subtle.verify("Ed25519", key, hex(one + "00".repeat(32)), text("any"));
           """) == {:ok, false}
  end

  test "X25519 (RFC 7748, 5.2)", %{js: js} do
    assert answer(js, """
           const scalar = "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4";
           const key = await subtle.importKey("pkcs8", hex("302e020100300506032b656e04220420" + scalar), "X25519", false, ["deriveBits"]);
           const peer = await raw(hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"), "X25519");
           return show(await subtle.deriveBits({ name: "X25519", public: peer }, key, null));
           """) == {:ok, "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"}
  end

  test "Ed448 (RFC 8032, 7.4)", %{js: js} do
    assert answer(js, """
           const seed = "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b";
           const pkcs8 = hex("3047020100300506032b6571043b0439" + seed);
           const key = await subtle.importKey("pkcs8", pkcs8, "Ed448", true, ["sign"]);
           const { alg, crv, d, x } = await subtle.exportKey("jwk", key);
           const verifier = await subtle.importKey("jwk", { kty: "OKP", crv, x }, "ed448", true, ["verify"]);
           const signature = await subtle.sign("Ed448", key, hex(""));
           const refused = await subtle.sign({ name: "Ed448", context: text("x") }, key, hex("")).catch(({ name }) => name);
           const one = "01" + "00".repeat(56);
           const small = await raw(hex(one), "Ed448", "verify");
           return [show(signature), show(await subtle.exportKey("raw", verifier)), alg,
             show(await subtle.exportKey("pkcs8", key)) === show(pkcs8),
             await subtle.verify({ name: "Ed448", context: hex("") }, verifier, signature, hex("")),
             await subtle.verify("Ed448", verifier, signature, hex("00")),
             await subtle.verify("Ed448", small, hex(one + "00".repeat(57)), text("any")), refused];
           """) ==
             {:ok,
              [
                "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22" <>
                  "ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cd" <>
                  "da8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600",
                "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783d" <>
                  "f1e50f6cd1fa1abeafe8256180",
                "Ed448",
                true,
                true,
                false,
                false,
                "OperationError"
              ]}
  end

  test "X448 (RFC 7748, 6.2)", %{js: js} do
    assert answer(js, """
           const scalar = "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b";
           const key = await subtle.importKey("pkcs8", hex("3046020100300506032b656f043a0438" + scalar), "X448", false, ["deriveBits"]);
           const peer = await raw(hex("3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609"), "X448");
           const zero = await raw(new Uint8Array(56), "X448");
           return [show(await subtle.deriveBits({ name: "X448", public: peer }, key, null)),
             await subtle.deriveBits({ name: "X448", public: zero }, key, null).catch(({ name }) => name)];
           """) ==
             {:ok,
              [
                "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c2440" <>
                  "3085d59a449a5037514a879d",
                "OperationError"
              ]}
  end

  test "ECDSA (RFC 6979, A.2.5), the public key compressed too", %{js: js} do
    x = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    y = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
    r = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    s = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"

    for point <- ["04" <> x <> y, "03" <> x] do
      assert answer(js, """
             const key = await raw(hex("#{point}"), { name: "ECDSA", namedCurve: "P-256" }, "verify");
             const algorithm = { name: "ECDSA", hash: "SHA-256" };
             const signature = hex("#{r}#{s}");
             return [await subtle.verify(algorithm, key, signature, text("sample")), await subtle.verify(algorithm, key, signature, text("simple"))];
             """) == {:ok, [true, false]}
    end
  end
end
