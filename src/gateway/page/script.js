"use strict";
const find = (id) => document.getElementById(id);
const rows = find("live").tBodies[0];
const kept = 300;
// Requests are shown together, so that a busy gateway does not keep the browser busy.
let waiting = [];
let before = null;

function cell(row, text, name) {
  const td = row.insertCell();
  td.textContent = text;
  if (name) td.className = name;
  return td;
}

function show(one) {
  const row = rows.insertRow(0);
  cell(row, new Date(one.at).toLocaleTimeString([], { hour12: false }), "soft");
  cell(row, one.status + (one.flags.length ? " " + one.flags.join(",") : ""), "n s" + Math.floor(one.status / 100));
  cell(row, one.method);
  cell(row, one.authority);
  cell(row, one.path, "path");
  cell(row, one.mapping || "none", one.mapping ? "" : "soft");
  cell(row, one.upstream || "–", one.upstream ? "" : "soft");
  cell(row, one.ms.toFixed(1), "n");
  row.onclick = () => explain(one.method, "http://" + one.authority + one.path);
  sift(row);
}

function showWaiting() {
  if (!find("pause").checked) waiting.splice(0).slice(-kept).forEach(show);
  waiting = waiting.slice(-kept);
  while (rows.rows.length > kept) rows.deleteRow(-1);
}

function sift(row) {
  row.hidden = !row.textContent.toLowerCase().includes(find("filter").value.toLowerCase());
}

function countRow(body, name, byClass, total, all) {
  const row = body.insertRow();
  cell(row, name || "no Mapping", name ? "" : "soft");
  for (const digit of [2, 3, 4, 5]) cell(row, byClass[digit] || "", "n s" + digit);
  cell(row, total, "n");
  const meter = document.createElement("meter");
  meter.value = total / all;
  cell(row, "", "share").append(meter);
}

async function count() {
  try {
    const told = await (await fetch("/counters")).json();
    const total = told.mappings.reduce((sum, one) => sum + one.total, told.unrouted);
    const now = performance.now();
    if (before) find("rate").textContent = Math.max(0, Math.round((total - before.total) * 1000 / (now - before.now)));
    before = { total, now };
    find("table").textContent = told.table;
    find("total").textContent = total;
    find("none").hidden = total > 0;
    find("warning").hidden = !told.problem;
    find("warning").textContent = told.problem || "";
    const body = find("mappings").tBodies[0];
    body.replaceChildren();
    told.mappings.sort((a, b) => b.total - a.total);
    for (const one of told.mappings) countRow(body, one.mapping, one.by_class, one.total, total);
    if (told.unrouted) countRow(body, null, told.unrouted_by_class, told.unrouted, total);
  } catch (gone) {
    state("lost", "off");
  }
}

function state(text, name) {
  find("state").textContent = text;
  find("state").className = "state " + name;
}

function listen() {
  const source = new EventSource("/live");
  source.onopen = () => {
    rows.replaceChildren();
    state("live", "on");
  };
  source.onerror = () => state("lost", "off");
  source.onmessage = (event) => waiting.push(JSON.parse(event.data));
}

async function explain(method, url) {
  find("method").value = method;
  find("url").value = url;
  const query = new URLSearchParams({ method, url });
  // The question stands in the address, so that it can be passed on.
  history.replaceState(null, "", "/?" + query);
  const answer = await fetch("/explain?" + query);
  find("answer").textContent = (await answer.text()).trim();
  find("answer").hidden = false;
}

find("filter").oninput = () => Array.from(rows.rows).forEach(sift);
find("ask").onsubmit = (event) => {
  event.preventDefault();
  explain(find("method").value, find("url").value);
};
const asked = new URLSearchParams(location.search);
if (asked.get("url")) explain(asked.get("method") || "GET", asked.get("url"));
listen();
count();
setInterval(showWaiting, 200);
setInterval(count, 1000);
