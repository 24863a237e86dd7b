"use strict";
const form = document.getElementById("search");
const input = document.getElementById("words");
const rules = Array.from(document.querySelectorAll("[data-words]"));
const filter = () => {
  const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const named = rules.find((rule) => rule.id === input.value.trim().toUpperCase());
  let count = 0;
  for (const rule of rules) {
    rule.hidden = named ? rule !== named : !wanted.every((word) => rule.dataset.words.includes(word));
    count += rule.hidden ? 0 : 1;
  }
  for (const domain of document.querySelectorAll(".domain")) {
    domain.hidden = !domain.querySelector("[data-words]:not([hidden])");
  }
  const noun = count === 1 ? "rule" : "rules";
  document.getElementById("found").value = wanted.length ? `${count} ${noun}` : "";
};
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
input.addEventListener("input", filter);
filter();
