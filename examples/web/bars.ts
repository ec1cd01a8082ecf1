import type { Classification } from 'mobilenet-edge';

/** A list of classes with a bar each; rows are kept, so that bars move instead of blinking. */
export class Bars {
  readonly #list: HTMLOListElement;

  constructor(list: HTMLOListElement) {
    this.#list = list;
  }

  show(classes: readonly Classification[]): void {
    while (this.#list.children.length > classes.length) this.#list.lastElementChild?.remove();
    while (this.#list.children.length < classes.length) this.#list.append(row());
    for (const [i, { className, probability }] of classes.entries()) {
      const [name, value] = this.#list.children[i].querySelectorAll('span');
      name.textContent = className;
      value.textContent = percent(probability);
      this.#list.children[i].querySelector<HTMLElement>('.fill')!.style.transform = `scaleX(${probability})`;
    }
  }
}

export function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

function row(): HTMLLIElement {
  const item = document.createElement('li');
  item.innerHTML =
    '<div class="bar-head"><span></span><span></span></div><div class="track" aria-hidden="true"><div class="fill"></div></div>';
  return item;
}
