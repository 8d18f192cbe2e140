// What is wider than the page says so and can be scrolled by keyboard; tables of a kind are sorted.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const boxes = document.querySelectorAll("article figure, article pre, article .table-wrapper, article div.math, article div.cell_output");
  const mark = () => {
    for (const box of boxes) {
      const scrolls = box.scrollWidth > box.clientWidth + 2 && getComputedStyle(box).overflowX !== "visible";
      const beside = box.matches(".table-wrapper") ? box.previousElementSibling : box.nextElementSibling;
      const hint = beside?.matches(".scroll-hint") ? beside : null;
      if (scrolls && !hint) {
        box.tabIndex = 0;
        const told = document.createElement("p");
        told.className = "scroll-hint";
        told.textContent = "scroll sideways to see all →";
        box.matches(".table-wrapper") ? box.before(told) : box.after(told);
      } else if (!scrolls && hint) {
        box.removeAttribute("tabindex");
        hint.remove();
      }
    }
  };
  mark();
  addEventListener("load", mark);
  addEventListener("resize", mark);

  const value = (row, column) => row.cells[column]?.textContent.trim() ?? "";
  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].sort((a, b) => {
          const [x, y] = [value(a, column), value(b, column)];
          if (!x || !y) return (x ? 0 : 1) - (y ? 0 : 1);
          return down ? compare(y, x) : compare(x, y);
        });
        body.append(...rows);
      });
    });
  }
});
