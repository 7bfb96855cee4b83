defmodule QuickBEAM.DOMTest do
  use QuickBEAM.Case, async: true

  setup do
    {:ok, js} = QuickBEAM.start(apis: [:dom])
    %{js: js}
  end

  test "the parts of a hyperlink can be read and set as those of a URL" do
    js = start_alone(apis: [:browser])

    assert Context.eval!(js, """
           const a = document.createElement("a");
           a.href = "https://user:pw@example.org:81/p?q#h";
           const read = [a.username, a.password, a.host, a.port, a.origin];
           a.hostname = "other.example"; a.pathname = "/x y"; a.hash = ""; a.port = "443";
           const area = document.createElement("area");
           area.setAttribute("href", "xn--ab-j1t:bad");
           [read, a.getAttribute("href"), `${a}`, area.protocol, document.createElement("a").host]
           """) == [
             ["user", "pw", "example.org:81", "81", "https://example.org:81"],
             "https://user:pw@other.example/x%20y?q",
             "https://user:pw@other.example/x%20y?q",
             "xn--ab-j1t:",
             ""
           ]
  end

  test "a context of the group has a document, others have not", %{js: js} do
    assert {:ok, "BODY"} = QuickBEAM.eval(js, "document.body.tagName")
    {:ok, other} = QuickBEAM.start(apis: [:console])
    assert {:ok, "undefined"} = QuickBEAM.eval(other, "typeof document")
  end

  test "a link to a part of the page is followed, others are not", %{js: js} do
    assert {:ok, ["#here", "http://example.org/page#here", ["#here"]]} =
             QuickBEAM.eval(js, """
             location.href = "http://example.org/page";
             document.body.innerHTML = '<a href="#here"><b>x</b></a><a href="/other#there">y</a>';
             const heard = [];
             const changed = new Promise((resolve) => {
               onhashchange = (event) => { heard.push(new URL(event.newURL).hash); resolve(); };
             });
             document.querySelector("b").click();
             const first = location.hash;
             document.links[1].click();
             const second = location.href;
             document.body.onclick = (event) => event.preventDefault();
             document.links[0].href = "#no";
             document.links[0].click();
             await changed;
             [first, second, heard]
             """)
  end

  test "markup, selectors and events work", %{js: js} do
    assert {:ok, [2, "clicked"]} =
             QuickBEAM.eval(js, """
             document.body.innerHTML = "<ul><li>1<li>2</ul><button>x</button>";
             const button = document.querySelector("button");
             document.addEventListener("click", (event) => event.target.textContent = "clicked");
             button.click();
             [document.querySelectorAll("li").length, button.textContent]
             """)
  end

  test "the tree counts against the limit, and the context goes on" do
    {:ok, js} = QuickBEAM.start(apis: [:dom], memory_limit: 3_000_000)

    assert {:error, %{message: "out of memory"}} =
             QuickBEAM.eval(js, "document.body.innerHTML = '<p>x</p>'.repeat(100_000)")

    assert {:ok, 0} = QuickBEAM.eval(js, "document.querySelectorAll('p').length")

    assert {:ok, 1} =
             QuickBEAM.eval(js, "document.body.append('x'); document.body.childNodes.length")
  end

  describe "reading the document from Elixir" do
    setup %{js: js} do
      {:ok, _} =
        QuickBEAM.eval(js, """
        document.body.innerHTML =
          "<ul id=l><li class='a b'>1<li>2<!-- c --></ul><template><i>t</i></template>";
        Element.prototype.querySelector = () => { throw new Error("no script is run") };
        """)

      :ok
    end

    test "as Floki has it", %{js: js} do
      assert QuickBEAM.dom_find(js, "ul") ==
               {:ok,
                {"ul", [{"id", "l"}],
                 [
                   {"li", [{"class", "a b"}], ["1"]},
                   {"li", [], ["2", {:comment, " c "}]}
                 ]}}

      assert QuickBEAM.dom_find(js, "template") == {:ok, {"template", [], [{"i", [], ["t"]}]}}
      assert QuickBEAM.dom_find(js, "ol") == {:ok, nil}
      assert QuickBEAM.dom_find_all!(js, "li:not(.a)") == [{"li", [], ["2", {:comment, " c "}]}]
      assert QuickBEAM.dom_find_all(js, "ol") == {:ok, []}
    end

    test "texts, attributes, all of it", %{js: js} do
      assert QuickBEAM.dom_text(js, "ul") == {:ok, "12"}
      assert QuickBEAM.dom_text(js, "ol") == {:ok, ""}
      assert QuickBEAM.dom_attr(js, "li", "class") == {:ok, "a b"}
      assert QuickBEAM.dom_attr(js, "li", "id") == {:ok, nil}
      assert QuickBEAM.dom_attr(js, "ol", "id") == {:ok, nil}
      assert {:ok, "<html><head></head><body><ul id=\"l\">" <> _} = QuickBEAM.dom_html(js)
    end

    test "what is wrong is an error", %{js: js} do
      assert {:error, %{name: "SyntaxError"}} = QuickBEAM.dom_find(js, "li[")
      assert_raise QuickBEAM.JSError, fn -> QuickBEAM.dom_text!(js, "::") end
      {:ok, other} = QuickBEAM.start(apis: [:console])
      assert {:error, %{name: "TypeError", message: message}} = QuickBEAM.dom_html(other)
      assert message =~ ":dom"
    end

    test "more than may be converted is an error" do
      {:ok, js} = QuickBEAM.start(apis: [:dom], max_convert_nodes: 100, max_convert_depth: 20)
      {:ok, _} = QuickBEAM.eval(js, "document.body.innerHTML = '<p>x</p>'.repeat(60)")
      assert {:error, %{name: "ConversionError"}} = QuickBEAM.dom_find(js, "body")
      {:ok, _} = QuickBEAM.eval(js, "document.body.innerHTML = '<div>'.repeat(50)")
      assert {:error, %{name: "ConversionError"}} = QuickBEAM.dom_find(js, "body")
      assert {:ok, {"div", [], []}} = QuickBEAM.dom_find(js, "div:not(:has(div))")
    end
  end
end
