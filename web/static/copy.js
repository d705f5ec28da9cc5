// Shows the buttons that copy a citation. Without this script the citation is text to select.
const area = document.createElement("div");
area.className = "announcement";
area.setAttribute("role", "status");
document.body.append(area);

function select(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

async function copy(node) {
  // The clipboard interface exists only over HTTPS; a closed network may well be without.
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(node.textContent);
    return;
  }
  select(node);
  if (!document.execCommand("copy")) throw new Error("refused");
}

for (const button of document.querySelectorAll("button.copy")) {
  const words = button.parentElement.querySelector(".words");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await copy(words);
      area.textContent = "引用をコピーしました。";
    } catch {
      select(words);
      area.textContent = "コピーできませんでした。選択した文字を手で写してください。";
    }
    setTimeout(() => { area.textContent = ""; }, 3000);
  });
}
