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
    assert {:ok, ["#here", "http://example.org/page#here", ["here"]]} =
             QuickBEAM.eval(js, """
             location.href = "http://example.org/page";
             document.body.innerHTML = '<a href="#here"><b>x</b></a><a href="/other#there">y</a>';
             const heard = [];
             const changed = new Promise((resolve) => {
               onhashchange = (event) => { heard.push(event.newURL.split("#")[1]); resolve(); };
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

  describe "FormData of a form" do
    setup do
      %{js: start_alone(apis: [:browser])}
    end

    test "has what the form would send", %{js: js} do
      assert Context.eval!(js, """
             document.body.innerHTML = `
               <form id=f>
                 <input name=a value=1><input value=unnamed><input name=off value=1 disabled>
                 <input type=checkbox name=c checked><input type=checkbox name=d>
                 <input type=radio name=r value=x><input type=radio name=r value=y checked>
                 <select name=s multiple><option selected>o<option>p<option selected disabled>q</select>
                 <textarea name=t>one\ntwo</textarea><input type=file name=up>
                 <input type=hidden name=_charset_><input name=way dirname=dir value=w>
                 <button name=b value=no>x</button><button name=go value=yes>y</button>
                 <input type=image name=i><fieldset disabled><input name=n value=1></fieldset>
               </form><input form=f name=outside value=o>`;
             const form = document.getElementById("f");
             form.addEventListener("formdata", (event) => event.formData.append("added", "later"));
             const show = (data) => [...data].map(([name, value]) =>
               `${name}=${typeof value === "string" ? value : `${value.constructor.name}:${value.size}`}`);
             [show(new FormData(form)), show(new FormData(form, form.querySelector("[name=go]"))).includes("go=yes"),
              show(new FormData(form, form.querySelector("[name=i]"))).includes("i.x=0")]
             """) == [
               ~w(a=1 c=on r=y s=o) ++
                 ["t=one\ntwo"] ++
                 ~w(up=File:0 _charset_=UTF-8 way=w dir=ltr outside=o added=later),
               true,
               true
             ]
    end

    test "has what custom elements give", %{js: js} do
      assert Context.eval!(js, """
             customElements.define("my-control", class extends HTMLElement {
               static formAssociated = true;
               own = this.attachInternals();
             });
             const form = document.createElement("form");
             form.innerHTML = "<my-control name=one></my-control><my-control></my-control><my-control name=no></my-control>";
             document.body.append(form);
             const several = new FormData();
             several.append("x", "1");
             several.append("y", "2");
             form.children[0].own.setFormValue("value");
             form.children[1].own.setFormValue(several);
             several.append("z", "3");
             [...new FormData(form)].map((entry) => entry.join("="))
             """) == ~w(one=value x=1 y=2)
    end

    test "refuses what is no form, or no button of it", %{js: js} do
      assert Context.eval!(js, """
             const form = document.createElement("form");
             const other = document.createElement("button");
             const names = [];
             for (const make of [
               () => new FormData(document.body),
               () => new FormData(form, form),
               () => new FormData(form, other),
               () => {
                 form.onformdata = () => {
                   try { new FormData(form); } catch ({ name }) { names.push(name); }
                 };
                 new FormData(form, null);
               },
             ]) try { make(); names.push("none"); } catch ({ name }) { names.push(name); }
             names
             """) == ["TypeError", "TypeError", "NotFoundError", "InvalidStateError", "none"]
    end
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
