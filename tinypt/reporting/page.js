"use strict";
// A click or Enter on a header sorts its table. Columns with text sort alphabetically; blank cells go to the end.
const NUMBER = /^[+\-−]?[\d.,]+/;
const BLANK = "–";
const numeric = (text) => Number(text.match(NUMBER)[0].replace(/,/g, "").replace("−", "-"));

function sort(table, place, ascending) {
  const body = table.tBodies[0];
  const cells = [...body.rows].map((row) => ({ row, text: row.cells[place].textContent.trim() }));
  const filled = cells.filter((cell) => cell.text !== BLANK);
  const numbers = place > 0 && filled.every((cell) => NUMBER.test(cell.text));
  filled.sort((a, b) => (numbers ? numeric(a.text) - numeric(b.text) : a.text.localeCompare(b.text, "en")));
  if (!ascending) filled.reverse();
  body.append(...filled.map((cell) => cell.row), ...cells.filter((cell) => cell.text === BLANK).map((cell) => cell.row));
}

for (const table of document.querySelectorAll("table")) {
  [...table.tHead.rows[0].cells].forEach((header, place) => {
    if (!header.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Sort by this column";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const ascending = header.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sort(table, place, ascending);
    });
  });
}

const root = document.documentElement;
const toggle = document.createElement("button");
toggle.type = "button";
toggle.textContent = "Light / dark";
toggle.addEventListener("click", () => {
  const chosen = root.style.colorScheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.style.colorScheme = chosen === "dark" ? "light" : "dark";
});
document.querySelector("header").append(toggle);
