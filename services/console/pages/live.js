// Keeps a page fresh: asks for it again every second, and changes only what differs, so that focus and place stay where they are.
"use strict";

const EVERY = 1000;
let mark = null;

function key(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.id : "";
}

function renew(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || key(old) !== key(fresh)) {
    old.replaceWith(fresh.cloneNode(true));
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  renewInside(old, fresh);
}

function renewInside(old, fresh) {
  const wanted = new Set([...fresh.childNodes].map(key));
  for (const child of [...old.childNodes]) if (key(child) && !wanted.has(key(child))) child.remove();
  const known = new Map([...old.childNodes].filter(key).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    let same = key(child) ? known.get(child.id) : place && !key(place) ? place : null;
    if (!same) {
      old.insertBefore(child.cloneNode(true), place);
      continue;
    }
    if (same !== place) old.insertBefore(same, place);
    place = same.nextSibling;
    renew(same, child);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

async function look() {
  const away = document.getElementById("weg");
  try {
    const answer = await fetch(location.href, { headers: mark ? { "If-None-Match": mark } : {}, cache: "no-store" });
    if (answer.redirected) {
      location.reload(); // the session has ended
      return;
    }
    if (answer.ok || answer.status === 404) { // what is not there yet may come
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      renew(document.querySelector("main"), page.querySelector("main"));
      mark = answer.headers.get("ETag");
    }
    away.hidden = answer.status < 500;
  } catch {
    away.hidden = false;
  }
  setTimeout(next, EVERY);
}

function next() {
  if (document.hidden) document.addEventListener("visibilitychange", look, { once: true });
  else look();
}

next();
