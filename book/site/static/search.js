// Finds sections by their words. The text of the book is a script, so that it works from a folder.
"use strict";
(() => {
  const MOST = 60, AROUND = 90;
  const input = document.getElementById("find-words"), list = document.getElementById("find-results");
  const status = document.getElementById("find-count");
  const { pages, sections } = window.BOOK;
  const folded = sections.map(([, , title, text]) => [title.toLowerCase(), text.toLowerCase()]);

  function score(place, words, phrase) {
    const [title, text] = folded[place];
    if (!words.every((word) => title.includes(word) || text.includes(word))) return 0;
    const chapter = pages[sections[place][0]][2] ? 30 : 0;
    const inTitle = (title.includes(phrase) ? 60 : 0) + (words.every((w) => title.includes(w)) ? 20 : 0);
    const times = Math.min(20, text.split(phrase).length - 1);
    return 1 + chapter + inTitle + 3 * times;
  }

  function excerpt(place, words, phrase) {
    const text = sections[place][3], low = folded[place][1];
    const found = [phrase, ...words].map((word) => low.indexOf(word)).find((at) => at >= 0) ?? 0;
    const from = Math.max(0, found - AROUND);
    const part = text.slice(from, found + 2 * AROUND);
    const shown = document.createElement("p");
    let at = 0;
    const lower = part.toLowerCase(), marks = lower.includes(phrase) ? [phrase] : words;
    while (at < part.length) {
      const next = marks.map((w) => [lower.indexOf(w, at), w]).filter(([n]) => n >= 0).sort((a, b) => a[0] - b[0])[0];
      if (!next) break;
      shown.append(part.slice(at, next[0]));
      const mark = document.createElement("mark");
      mark.textContent = part.slice(next[0], next[0] + next[1].length);
      shown.append(mark);
      at = next[0] + next[1].length;
    }
    shown.append(part.slice(at));
    shown.prepend(from > 0 ? "… " : "");
    shown.append(found + 2 * AROUND < text.length ? " …" : "");
    return shown;
  }

  function find() {
    const phrase = input.value.toLowerCase().trim().replace(/\s+/g, " ");
    const words = phrase.split(" ").filter(Boolean);
    list.replaceChildren();
    if (!words.length) {
      status.textContent = "Every chapter, the glossary, the guides and the reference are searched.";
      return;
    }
    const hits = sections.map((_, place) => [score(place, words, phrase), place]).filter(([s]) => s > 0);
    hits.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    status.textContent = hits.length === 1 ? "1 section" : `${hits.length} sections`;
    for (const [, place] of hits.slice(0, MOST)) {
      const [page, anchor, title] = sections[place], item = document.createElement("li");
      const link = document.createElement("a");
      link.href = pages[page][0] + (anchor ? `#${anchor}` : "");
      link.textContent = title === pages[page][1] ? title : `${title} (${pages[page][1]})`;
      item.append(link, excerpt(place, words, phrase));
      list.append(item);
    }
  }

  document.getElementById("find").addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", () => {
    find();
    history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
  });
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  find();
  input.focus();
})();
