// Files that are dropped or chosen are sent one by one, each with its progress, and can be called back or sent again.
// Without this script the form sends them all at once.
const form = document.getElementById("drop");
const list = document.getElementById("uploads");
const waiting = [];
let sending = null;
let failed = 0;

function row(file, source) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = source;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", source);
  const state = document.createElement("span");
  state.className = "said";
  state.textContent = "待っています";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "取り消す";
  item.append(name, bar, state, button);
  list.append(item);
  return { file, source, item, bar, state, button };
}

function end(one, words, again, refused = again) {
  if (sending === one) sending = null;
  one.state.textContent = words;
  one.bar.hidden = true;
  one.button.hidden = !again;
  if (refused) failed += 1;
  if (again) {
    one.button.textContent = "もう一度送る";
    one.button.onclick = () => {
      failed -= 1;
      one.bar.hidden = false;
      queue(one);
    };
  }
  next();
}

function reason(request) {
  try {
    const problem = JSON.parse(request.responseText);
    return [problem.title, problem.detail].filter(Boolean).join(" ");
  } catch {
    return request.status === 413 ? "ファイルが大きすぎます。" : `送れませんでした（${request.status}）。`;
  }
}

function send(one) {
  const request = new XMLHttpRequest();
  sending = one;
  request.open("POST", "/api/v1/drafts?" + new URLSearchParams({ name: one.file.name, source: one.source }));
  request.setRequestHeader("Content-Type", "application/octet-stream");
  if (form.elements.csrf) request.setRequestHeader("X-CSRF-Token", form.elements.csrf.value);
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) one.bar.value = event.loaded / event.total;
    one.state.textContent = "送っています";
  };
  request.onload = () => (request.status === 201 ? end(one, "受け取りました", false) : end(one, reason(request), request.status >= 500, true));
  request.onerror = () => end(one, "サービスにつながりません。", true);
  request.onabort = () => end(one, "取り消しました", true);
  one.button.textContent = "取り消す";
  one.button.hidden = false;
  one.button.onclick = () => request.abort();
  request.send(one.file);
}

function queue(one) {
  one.state.textContent = "待っています";
  one.button.textContent = "取り消す";
  one.button.hidden = false;
  one.button.onclick = () => {
    waiting.splice(waiting.indexOf(one), 1);
    end(one, "取り消しました", true);
  };
  waiting.push(one);
  next();
}

function next() {
  if (sending) return;
  const one = waiting.shift();
  if (one) send(one);
  else if (list.children.length > 0 && failed === 0) window.location.assign("/drafts");
  else if (list.children.length > 0 && !document.getElementById("look")) {
    // What failed stays to be read; the table below is old.
    const link = document.createElement("a");
    link.id = "look";
    link.href = "/drafts";
    link.textContent = "受け取ったファイルを見る（一覧を最新にする）";
    list.after(link);
  }
}

function take(file, source) {
  queue(row(file, source));
}

// A folder hands out its entries in portions.
async function walk(entry, path) {
  if (entry.isFile) {
    const file = await new Promise((good, bad) => entry.file(good, bad));
    if (!file.name.startsWith(".")) take(file, path + file.name);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const portion = await new Promise((good, bad) => reader.readEntries(good, bad));
    if (portion.length === 0) return;
    for (const inside of portion) await walk(inside, path + entry.name + "/");
  }
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const file of form.elements.files.files) take(file, file.name);
    form.reset();
  });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", async (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    for (const entry of entries) await walk(entry, "");
    if (entries.length === 0) for (const file of event.dataTransfer.files) take(file, file.name);
  });
}

// While something is being read the page looks again, unless files are on their way.
const reading = document.getElementById("reading");
if (reading) {
  setInterval(() => {
    if (!sending && waiting.length === 0 && failed === 0) window.location.reload();
  }, Number(reading.dataset.reload) * 1000);
}
