defmodule QuickBEAM.DOMPackagesTest do
  # Real packages from npm, bundled as browsers get them: `make test` fetches them.
  use QuickBEAM.Case, async: true

  @moduletag :dom_packages

  @dist Path.expand("../fixtures/dom/dist", __DIR__)

  # Each renders a list of 1,000 rows into the document and hears of a click on one.
  for package <- ~w(preact react svelte vue) do
    test "#{package} renders a thousand rows and hears of clicks" do
      js = page(unquote(package))
      {:ok, _} = QuickBEAM.eval(js, "mount(1000)")

      assert {:ok, rows} = QuickBEAM.dom_find_all(js, "#list > li")
      assert length(rows) == 1000
      assert {"li", [{"class", "row"}], text} = Enum.at(rows, 500)
      assert IO.iodata_to_binary(text) == "Row 500"

      {:ok, _} =
        QuickBEAM.eval(js, """
        document.querySelectorAll("#list > li")[500].click();
        await new Promise((resolve) => setTimeout(resolve, 0));
        """)

      eventually(fn ->
        QuickBEAM.dom_text!(js, "li.chosen") == "Row 500"
      end)

      assert {:ok, []} = QuickBEAM.eval(js, "problems")
    end
  end

  test "jQuery finds, changes and hears" do
    js = page("jquery")

    assert {:ok, result} =
             QuickBEAM.eval(js, """
             $("#app").append("<ul><li class=a>1</li><li>2</li></ul>");
             $("li").addClass("b").filter(".a").css("color", "red").attr("data-x", 5);
             const heard = [];
             $("#app").on("click", "li", function (event) { heard.push($(this).text() + event.type); });
             $("li").eq(1).trigger("click");
             document.querySelector("li").click();
             $("<form><input name=q value='a b'><input type=checkbox name=c checked></form>").appendTo("#app");
             [heard, $("li").length, $(".a").data("x"), $("form").serialize(), $("li:first").is(".a.b"),
              $("ul").children().last().prev().text(), $("li").map((i, e) => e.textContent).get()]
             """)

    assert result == [["2click", "1click"], 2, 5, "q=a%20b&c=on", true, "1", ["1", "2"]]
    assert {:ok, "color: red;"} = QuickBEAM.dom_attr(js, "li.a", "style")
  end

  test "htmx swaps, adds and hears" do
    js = page("htmx")

    assert {:ok, result} =
             QuickBEAM.eval(js, """
             const seen = [];
             document.body.innerHTML =
               "<div id=t hx-on:click='window.clicked = this.id'><p>old</p></div><button hx-get='/x'>go</button>";
             htmx.process(document.body);
             htmx.on("#t", "htmx:load", (event) => seen.push(event.type));
             htmx.swap("#t", "<p class=new>new</p>", { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
             await new Promise((resolve) => setTimeout(resolve, 30));
             document.querySelector("#t").click();
             htmx.addClass(htmx.find(".new"), "more");
             await new Promise((resolve) => setTimeout(resolve, 30));
             [document.querySelector("#t").innerHTML, clicked, htmx.findAll("p").length, htmx.closest(htmx.find("p"), "div").id]
             """)

    assert ["<p class=\"new more\">new</p>", "t", 1, "t"] = result
  end

  defp page(package) do
    path = Path.join(@dist, package <> ".js")

    {:ok, js} = QuickBEAM.start(apis: [:dom, :console])

    {:ok, _} =
      QuickBEAM.eval(js, """
      globalThis.problems = [];
      addEventListener("error", (event) => { problems.push(event.message); });
      document.body.innerHTML = "<div id=app></div>";
      """)

    {:ok, _} = QuickBEAM.eval(js, File.read!(path))
    js
  end
end
