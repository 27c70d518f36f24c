// Where the keyboard is, and whether that can be seen: an outline, inside the window.
const all = [...document.querySelectorAll('a, button, input:not([type=hidden])')];
const at = document.activeElement;
const style = getComputedStyle(at);
const box = at.getBoundingClientRect();
const is_inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.left >= 0;
return {
  index: all.indexOf(at),
  text: at.textContent.trim() || at.getAttribute('aria-label') || at.name,
  is_seen: is_inside && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
};
