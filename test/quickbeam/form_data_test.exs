defmodule QuickBEAM.FormDataTest do
  use QuickBEAM.Case, async: true

  # FormData of a form in a document, and its files.

  setup do
    %{js: start_alone(apis: [:dom, :fetch])}
  end

  defp entries(js, html, arguments \\ "form") do
    Context.eval!(js, """
    {
      document.body.innerHTML = #{inspect(html)};
      const form = document.forms[0];
      [...new FormData(#{arguments})].map(([name, value]) =>
        typeof value === "string" ? `${name}=${value}` : `${name}:${value.name}:${value.size}:${value.type}`);
    }
    """)
  end

  test "has what the form would send", %{js: js} do
    html = """
    <input name=outside form=f value=o>
    <form id=f>
      <input name=text value=1><input value=nameless><input name=off value=2 disabled>
      <fieldset disabled><input name=inside value=3></fieldset>
      <input type=checkbox name=box><input type=checkbox name=box checked><input type=radio name=r value=a checked>
      <select name=s multiple><option selected>x<option disabled selected>y<option value=Z selected>z</select>
      <textarea name=area dirname=area.dir>long</textarea>
      <input type=hidden name=_charset_ value=none><input type=file name=file>
      <datalist><input name=listed value=4></datalist>
      <button name=b value=5>go</button><input type=submit name=c value=6><input type=image name=i>
    </form>
    """

    assert entries(js, html) == [
             "outside=o",
             "text=1",
             "box=on",
             "r=a",
             "s=x",
             "s=Z",
             "area=long",
             "area.dir=ltr",
             "_charset_=UTF-8",
             "file::0:application/octet-stream"
           ]
  end

  test "has the button that sends it", %{js: js} do
    html =
      "<form><input name=a value=1><button name=b value=2></button><input type=image name=i></form>"

    assert entries(js, html, "form, form.querySelector('button')") == ["a=1", "b=2"]

    assert entries(js, html, "form, form.querySelector('[type=image]')") == [
             "a=1",
             "i.x=0",
             "i.y=0"
           ]

    assert entries(js, html, "form, null") == ["a=1"]
  end

  test "tells listeners of formdata, who may change it", %{js: js} do
    assert Context.eval!(js, """
           document.body.innerHTML = "<form><input name=a value=1></form>";
           const form = document.forms[0];
           const told = [];
           form.addEventListener("formdata", (event) => {
             told.push(event.formData, event.bubbles);
             event.formData.append("more", "2");
             try { new FormData(form); } catch (error) { told.push(error.name); }
           });
           const data = new FormData(form);
           told[0].append("late", "3");
           [[...data.keys()].join(), told[0] === data, told[1], told[2]]
           """) == ["a,more", false, true, "InvalidStateError"]
  end

  test "refuses what is no form or not its button", %{js: js} do
    assert Context.eval!(js, """
           document.body.innerHTML = "<form><button></button><input></form><form><button></button></form>";
           const [form, other] = document.forms;
           const wrong = [[null], [{}], [document.body], [form, {}], [form, form], [form, form.elements[1]],
             [form, other.elements[0]]];
           wrong.map((list) => { try { new FormData(...list); return "made" } catch (error) { return error.name } })
           """) == List.duplicate("TypeError", 6) ++ ["NotFoundError"]

    assert {:error, %{name: "TypeError"}} =
             Context.eval(start_alone(apis: [:fetch]), "new FormData({})")
  end

  test "an input for files has an empty FileList", %{js: js} do
    assert Context.eval!(js, """
           document.body.innerHTML = "<input type=file><input>";
           const [{ files }, other] = document.querySelectorAll("input");
           let refused;
           try { new FileList() } catch (error) { refused = error.name }
           [files instanceof FileList, files.length, files.item(0), files[0] === undefined, [...files].length,
            String(files), other.files, refused]
           """) == [true, 0, nil, true, 0, "[object FileList]", nil, "TypeError"]
  end
end
