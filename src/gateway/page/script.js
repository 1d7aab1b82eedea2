"use strict";
const find = (id) => document.getElementById(id);
const rows = find("live").tBodies[0];
const kept = 300;

function cell(row, text, name) {
  const td = row.insertCell();
  td.textContent = text;
  if (name) td.className = name;
}

function show(one) {
  if (find("pause").checked) return;
  const row = rows.insertRow(0);
  cell(row, new Date(one.at).toLocaleTimeString());
  cell(row, one.status + (one.flags.length ? " " + one.flags.join(",") : ""), "n s" + Math.floor(one.status / 100));
  cell(row, one.method);
  cell(row, one.authority);
  cell(row, one.path);
  cell(row, one.mapping || "none", one.mapping ? "" : "none");
  cell(row, one.upstream || "–", one.upstream ? "" : "none");
  cell(row, one.ms.toFixed(1), "n");
  sift(row);
  while (rows.rows.length > kept) rows.deleteRow(-1);
}

function sift(row) {
  row.hidden = !row.textContent.toLowerCase().includes(find("filter").value.toLowerCase());
}

async function count() {
  try {
    const told = await (await fetch("/counters")).json();
    find("table").textContent = told.table;
    const body = find("mappings").tBodies[0];
    body.replaceChildren();
    let total = told.unrouted;
    for (const one of told.mappings.sort((a, b) => b.total - a.total)) {
      total += one.total;
      const row = body.insertRow();
      cell(row, one.mapping);
      for (const digit of [2, 3, 4, 5]) cell(row, one.by_class[digit], "n");
      cell(row, one.total, "n");
    }
    if (told.unrouted) {
      const row = body.insertRow();
      cell(row, "no Mapping", "none");
      for (let i = 0; i < 4; i++) cell(row, "");
      cell(row, told.unrouted, "n");
    }
    find("none").hidden = total > 0;
    find("total").textContent = total;
  } catch (gone) {
    find("state").className = "state off";
  }
}

function listen() {
  const source = new EventSource("/live");
  source.onopen = () => {
    rows.replaceChildren();
    find("state").textContent = "live";
    find("state").className = "state on";
  };
  source.onerror = () => {
    find("state").textContent = "lost";
    find("state").className = "state off";
  };
  source.onmessage = (event) => show(JSON.parse(event.data));
}

find("filter").oninput = () => Array.from(rows.rows).forEach(sift);
find("ask").onsubmit = async (event) => {
  event.preventDefault();
  const query = new URLSearchParams({ method: find("method").value, url: find("url").value });
  const answer = await fetch("/explain?" + query);
  find("answer").textContent = await answer.text();
  find("answer").hidden = false;
};
listen();
count();
setInterval(count, 1000);
