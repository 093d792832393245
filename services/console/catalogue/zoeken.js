/* The search of the catalogue: what does not fit is hidden, and the address remembers what was asked. */
"use strict";

const form = document.getElementById("zoeken");
const listed = [...document.querySelectorAll("#gebeurtenissen li[data-words]")];
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
const texts = new Map(listed.map((each) => [each, plain(`${each.textContent} ${each.dataset.words}`)]));

function fits(each, asked) {
  const chosen = (name) => !asked.get(name) || each.dataset[name].split(" ").includes(asked.get(name));
  const words = plain(asked.get("zoek")).split(/\s+/);
  return ["van", "naar", "stand"].every(chosen) && words.every((word) => texts.get(each).includes(word));
}

function search() {
  const asked = new FormData(form);
  for (const each of listed) each.hidden = !fits(each, asked);
  for (const group of document.querySelectorAll("#gebeurtenissen section")) group.hidden = !group.querySelector("li:not([hidden])");
  const found = listed.filter((each) => !each.hidden).length;
  document.getElementById("aantal").textContent = `${found} van ${listed.length} gebeurtenissen / ${found} of ${listed.length} events`;
  document.getElementById("niets").hidden = found > 0;
  const set = [...asked].filter(([, value]) => value);
  history.replaceState(null, "", set.length ? `?${new URLSearchParams(set)}` : location.pathname);
}

const wanted = new URLSearchParams(location.search);
for (const field of form.elements) if (wanted.has(field.name)) field.value = wanted.get(field.name);
form.addEventListener("input", search);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
search();
