"use strict";
(() => {
  const SLICE = 200;
  const PRINTED = 2000; // rows; to lay out twenty thousand takes a browser half a minute
  const FILTERS = ["status", "upstream", "format", "rule"];
  const ORDER = ["error", "warning", "note", "direct", "wrong", "unmapped", "unresolved", "cached", "own", "ignored"];
  const data = JSON.parse(document.getElementById("data").textContent);
  const collator = new Intl.Collator("en", { numeric: true });
  const form = document.getElementById("filters");
  const search = form.elements.q;

  // Text only ever becomes text: no markup is parsed anywhere below.
  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const rowsOf = ({ columns, rows }) =>
    rows.map((values, index) => {
      const row = Object.fromEntries(columns.map((name, at) => [name, values[at]]));
      row.index = index;
      row.place = row.path ? `${row.path}:${row.line}` : "";
      row.words = [row.place, ...values].filter((each) => each !== row.url).join("\n").toLowerCase();
      return row;
    });

  const copied = (row, code) => {
    const say = () => { document.getElementById("said").textContent = `Copied ${row.place}.`; };
    const byHand = () => {
      getSelection().selectAllChildren(code);
      if (document.execCommand("copy")) say();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(row.place).then(say, byHand);
    else byHand();
  };

  const placeOf = (row) => {
    if (!row.place) return [];
    const code = element("code", {}, row.place);
    const button = element("button", { type: "button", class: "copy", "aria-label": `Copy ${row.place}` }, "copy");
    button.addEventListener("click", () => copied(row, code));
    const isLink = /^https?:\/\//.test(row.url || "");
    return [isLink ? element("a", { href: row.url }, code) : code, button];
  };

  const CELLS = {
    level: (row) => {
      const word = element("span", { class: `level-${row.level}` }, row.level);
      return row.known ? [word, element("span", { class: "quiet" }, ", known")] : [word];
    },
    place: placeOf,
    image: (row) => {
      const parts = [element("code", {}, row.image)];
      if (row.target) parts.push(element("code", { class: "target" }, `\u2192 ${row.target}`));
      return parts;
    },
  };
  const plain = (key) => (row) => [row[key] || ""];

  const KEYS = {
    level: (one, other) => ORDER.indexOf(one.level) - ORDER.indexOf(other.level),
    status: (one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status),
    place: (one, other) => collator.compare(one.path, other.path) || one.line - other.line,
  };
  const byText = (key) => (one, other) => collator.compare(one[key] || "", other[key] || "");

  const list = (id, rows) => {
    const table = document.getElementById(id);
    const heads = [...table.tHead.rows[0].cells];
    const keys = heads.map((head) => head.dataset.key);
    const more = element("button", { type: "button", class: "more" });
    let sorted = rows, shown = [], count = SLICE, by = "", printing = false;

    const line = (row) =>
      element("tr", {}, ...keys.map((key) => element("td", { class: key }, ...(CELLS[key] || plain(key))(row))));
    const fill = (from) => {
      const body = table.tBodies[0];
      const lines = shown.slice(from, count).map(line);
      if (from) body.append(...lines);
      else body.replaceChildren(...lines);
      if (!shown.length) {
        const words = rows.length ? "Nothing matches the filters." : table.dataset.none;
        body.append(element("tr", {}, element("td", { colspan: keys.length, class: "quiet" }, words)));
      }
      const left = shown.length - count;
      more.hidden = left <= 0;
      more.textContent = printing
        ? `${left.toLocaleString("en")} more are not printed: set filters first.`
        : `Show ${Math.min(left, SLICE)} more of ${left.toLocaleString("en")}`;
    };
    const sort = (wanted) => {
      const key = wanted.replace(/^-/, "");
      by = keys.includes(key) ? wanted : "";
      const sign = by.startsWith("-") ? -1 : 1;
      const compare = KEYS[key] || byText(key);
      sorted = by ? [...rows].sort((one, other) => sign * compare(one, other) || one.index - other.index) : rows;
      for (const head of heads) {
        if (by && head.dataset.key === key) head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      }
    };

    table.closest(".wide").after(more);
    more.addEventListener("click", () => {
      const from = count;
      count += SLICE;
      fill(from);
    });
    for (const head of heads) {
      const button = element("button", { type: "button" }, head.textContent);
      button.addEventListener("click", () => {
        const key = head.dataset.key;
        sort(by === key ? `-${key}` : key);
        save();
        apply();
      });
      head.replaceChildren(button);
    }
    return {
      id, rows, sort,
      get by() { return by; },
      get matching() { return shown.length; },
      show(matches) {
        shown = sorted.filter(matches);
        count = SLICE;
        fill(0);
      },
      print(whole) {
        printing = whole;
        count = whole ? PRINTED : SLICE;
        fill(0);
      },
    };
  };

  const rules = (row) => (typeof row.rule === "string" ? [row.rule] : row.rule);
  const lists = [list("todo", rowsOf(data.todo)), list("all", rowsOf(data.all))];

  for (const name of FILTERS) {
    const select = form.elements[name];
    const values = new Set(lists.flatMap(({ rows }) => rows.flatMap((row) => (name === "rule" ? rules(row) : [row[name]]))));
    values.delete("");
    const inOrder = [...values].sort((one, other) =>
      name === "status" ? ORDER.indexOf(one) - ORDER.indexOf(other) : collator.compare(one, other));
    for (const value of inOrder) select.append(element("option", { value }, value));
  }

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = FILTERS.map((name) => [name, form.elements[name].value]).filter(([, value]) => value);
    const matches = (row) =>
      wanted.every(([name, value]) => (name === "rule" ? rules(row).includes(value) : row[name] === value)) &&
      words.every((word) => row.words.includes(word));
    for (const each of lists) each.show(matches);
    const [todo, all] = lists.map((each) =>
      `${each.matching.toLocaleString("en")} of ${each.rows.length.toLocaleString("en")}`);
    document.getElementById("said").textContent = `Shown: ${todo} left to do, ${all} references.`;
    document.getElementById("clear").disabled = !words.length && !wanted.length;
  };

  // The view is kept in the address, so that it can be sent to somebody.
  const save = () => {
    const state = new URLSearchParams();
    for (const name of ["q", ...FILTERS]) if (form.elements[name].value) state.set(name, form.elements[name].value);
    for (const each of lists) if (each.by) state.set(each.id, each.by);
    history.replaceState(null, "", `#${state}`);
  };
  let waiting = 0;
  const restore = () => {
    clearTimeout(waiting);
    const state = new URLSearchParams(location.hash.slice(1));
    for (const name of FILTERS) {
      const values = [...form.elements[name].options].map((each) => each.value);
      form.elements[name].value = values.includes(state.get(name)) ? state.get(name) : "";
    }
    search.value = state.get("q") || "";
    for (const each of lists) each.sort(state.get(each.id) || "");
    apply();
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    save();
    waiting = setTimeout(apply, 80);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => {
    clearTimeout(waiting);
    form.reset();
    save();
    apply();
    search.focus();
  });
  for (const each of document.querySelectorAll("[data-filter]")) {
    const link = element("a", { href: `#${each.dataset.filter}` }, ...each.childNodes);
    link.addEventListener("click", () => {
      setTimeout(() => {
        const place = document.getElementById("lists");
        place.focus({ preventScroll: true });
        place.scrollIntoView();
      });
    });
    each.replaceChildren(link);
  }
  addEventListener("hashchange", restore);
  addEventListener("beforeprint", () => lists.forEach((each) => each.print(true)));
  addEventListener("afterprint", () => lists.forEach((each) => each.print(false)));
  form.hidden = false;
  document.getElementById("references").hidden = false;
  restore();
})();
