// Makes the document that of `html`, and names its scripts: [src or null, text] of each.
// They run after the page is there, not while it is parsed.
{
  const page = new DOMParser().parseFromString(html, "text/html");
  while (document.firstChild) document.firstChild.remove();
  while (page.firstChild) document.appendChild(page.firstChild);
}
Array.from(document.scripts)
  .filter(({ type }) => type === "" || /javascript$/.test(type))
  .map((script) => [script.getAttribute("src"), script.textContent]);
