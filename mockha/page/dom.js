// The little that this page needs of a framework.

/** Makes an element. Properties of the name "on…" are listeners, "class" and "data-…" attributes. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined));
  return element;
}

export const find = (id) => document.getElementById(id);

/** Sets a text, and touches nothing if it is that already: focus and screen readers stay calm. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes `parent` hold one element for each item, in order. Elements are kept by key, so that what
 * has the focus keeps it. `make(item)` gives an element, `update(element, item)` brings it up to date.
 */
export function sync(parent, items, key, make, update) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let element = old.get(name);
    old.delete(name);
    if (!element) {
      element = make(item);
      element.dataset.key = name;
    }
    update(element, item);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const gone of old.values()) gone.remove();
}

/** "12 s", "3 m 05 s", "2 h 07 m" */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
}

export const words = (name) => name.replaceAll("_", " ");

let toastTimer = 0;
/** Says something once, and takes it away again. */
export function toast(text, isProblem = false) {
  const element = find("toast");
  element.hidden = false;
  element.classList.toggle("problem", isProblem);
  element.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { element.hidden = true; }, isProblem ? 8000 : 3000);
}

/** Opens a dialog; the answer is which button ended it. */
export function ask(dialog) {
  return new Promise((answer) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => answer(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}
