// What keeps people from using the page that is shown, one sentence each.
const faults = [];
const fault = (what, node) => faults.push(node ? `${what}: ${node.outerHTML.slice(0, 120)}` : what);

if (!document.documentElement.lang) fault('the language is not said');
if (!document.title.trim()) fault('there is no title');
for (const [tag, what] of [['main', 'main part'], ['h1', 'first heading']]) {
  if (document.querySelectorAll(tag).length !== 1) fault(`there is not one ${what}`);
}
if (document.documentElement.scrollWidth > innerWidth) fault('it has to be scrolled sideways');

const name = (node) =>
  (node.getAttribute('aria-label') || node.innerText || node.alt || node.title || '').trim();
for (const node of document.querySelectorAll('a, button')) if (!name(node)) fault('it has no name', node);
for (const node of document.querySelectorAll('img')) if (!node.hasAttribute('alt')) fault('it says not what it shows', node);
for (const node of document.querySelectorAll('[tabindex]')) if (node.tabIndex > 0) fault('it jumps the queue', node);
for (const node of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
  if (![...node.labels].some((label) => label.textContent.trim())) fault('it has no label', node);
}
for (const node of document.querySelectorAll('[aria-labelledby], [aria-describedby]')) {
  for (const list of ['aria-labelledby', 'aria-describedby']) {
    const ids = (node.getAttribute(list) || '').split(/\s+/).filter(Boolean);
    for (const id of ids) if (!document.getElementById(id)) fault(`its ${list} names nothing`, node);
  }
}

let level = 0;
for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) fault('a level of headings is left out', heading);
  level = next;
}

// Red, green, blue and opacity, drawn, for colours have many notations.
const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
const pen = canvas.getContext('2d', { willReadFrequently: true });
const colour = (text) => {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = text;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, opacity] = pen.getImageData(0, 0, 1, 1).data;
  return { parts: [red, green, blue], opacity: opacity / 255 };
};
const over = (front, back) => front.parts.map((part, at) => part * front.opacity + back[at] * (1 - front.opacity));
const background = (node) => {
  if (!node) return colour('Canvas').parts;
  const own = colour(getComputedStyle(node).backgroundColor);
  return own.opacity === 1 ? own.parts : over(own, background(node.parentElement));
};
const luminance = (parts) => {
  const [red, green, blue] = parts.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const node = texts.currentNode.parentElement;
  const box = node.getBoundingClientRect();
  if (!texts.currentNode.data.trim() || box.width <= 1 || box.height <= 1 || box.bottom < 0) continue;
  const style = getComputedStyle(node);
  const behind = background(node);
  const [light, dark] = [luminance(over(colour(style.color), behind)), luminance(behind)].sort((a, b) => b - a);
  const contrast = (light + 0.05) / (dark + 0.05);
  const is_large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
  if (contrast < (is_large ? 3 : 4.5)) fault(`its contrast is ${contrast.toFixed(2)}`, node);
}
return faults;
