Code.require_file("../../examples/ssr/ssr.ex", __DIR__)

defmodule QuickBEAM.Examples.SSRTest do
  use QuickBEAM.Case

  @moduletag skip: if(not SSR.packages?(), do: "npm ci --prefix examples/ssr was not run")

  setup do
    {:ok, server, port} = SSR.start()

    on_exit(fn ->
      :ok = :inets.stop(:httpd, server)
      # The pool is linked to the test, and ends after it.
      eventually(fn -> Process.whereis(SSR) == nil end)
    end)

    %{url: "http://127.0.0.1:#{port}/"}
  end

  defp get(url) do
    {:ok, {{_, code, _}, _, body}} =
      :httpc.request(:get, {String.to_charlist(url), []}, [], body_format: :binary)

    {code, body}
  end

  test "renders a page for each request, and leaves no context", %{url: url} do
    assert {200, "<!doctype html><html lang=\"en\"" <> _ = body} = get(url <> "?q=k")
    assert body =~ "<p>1 found for k</p><ul><li>kettle <b>24.50</b></li></ul>"
    assert {200, body} = get(url)
    assert body =~ "3 found"
    assert body =~ "request 1 of this context"
    eventually(fn -> ContextPool.stats(SSR).contexts == 0 end)
  end

  test "what a visitor says is text", %{url: url} do
    assert {200, body} = get(url <> "?q=" <> URI.encode_www_form(~s|"><script>alert(1)</script>|))
    assert body =~ "&quot;>&lt;script>"
    refute body =~ "<script"
  end

  test "many at once", %{url: url} do
    answers =
      1..50
      |> Task.async_stream(fn _ -> get(url <> "?q=harp") end, max_concurrency: 10)
      |> Enum.map(fn {:ok, answer} -> answer end)

    assert [{200, page}] = Enum.uniq(answers)
    assert page =~ "<li>harp <b>940.00</b></li>"
  end
end
