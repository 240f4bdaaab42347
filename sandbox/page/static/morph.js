// morph makes the children of one element like those of another.
export function morph(from, to) {
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    let match = at;
    if (next.id) {
      match = [...from.children].find((one) => one.id === next.id && one.nodeName === next.nodeName);
      if (match && match !== at) from.insertBefore(match, at);
    } else if (at && (at.nodeName !== next.nodeName || at.id)) {
      match = null;
    }
    if (!match) {
      from.insertBefore(document.importNode(next, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    if (match.nodeType !== Node.ELEMENT_NODE) {
      if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue;
      continue;
    }
    attributes(match, next);
    morph(match, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

// What a person has opened stays open; what waits for an answer stays so.
const own = new Set(["open", "aria-busy"]);

function attributes(from, to) {
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !own.has(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (!own.has(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
}
