/** The corner in which the page learns classes of one's own. */
import { type Head, type ImageSource, loadHead, type Model, trainHead } from 'mobilenet-edge';
import { Bars } from './bars';
import { button, element, run } from './elements';

interface OwnClass {
  name: HTMLInputElement;
  embeddings: Float32Array[];
}

const list = element('classes', HTMLUListElement);
const status = element('teach-status', HTMLParagraphElement);
const progress = element('training', HTMLProgressElement);
const bars = new Bars(element('own-bars', HTMLOListElement));
const file = element('head-file', HTMLInputElement);

const classes: OwnClass[] = [];
let head: Head<ImageSource> | undefined;
let model: Model | undefined;

/** Embeddings of another model are of no use. */
export function useModel(loaded: Model): void {
  model = loaded;
  setHead(undefined);
  for (const { embeddings } of classes) embeddings.length = 0;
  for (const count of list.querySelectorAll('.count')) count.textContent = '0';
  update();
}

/** Shows what the trained head says of a picture. */
export async function classifyOwn(picture: ImageSource): Promise<void> {
  if (head) bars.show(await head.classify(picture));
}

export function hasHead(): boolean {
  return head !== undefined;
}

export function setUpTeaching(currentPicture: () => ImageSource | undefined): void {
  const addClass = (): OwnClass => {
    const item = document.createElement('li');
    const name = document.createElement('input');
    name.value = `Class ${classes.length + 1}`;
    name.setAttribute('aria-label', `Name of class ${classes.length + 1}`);
    const add = document.createElement('button');
    add.type = 'button';
    add.textContent = 'Add example';
    const count = document.createElement('span');
    count.className = 'count';
    count.textContent = '0';
    const own: OwnClass = { name, embeddings: [] };
    const describe = () => add.setAttribute('aria-label', `Add an example of ${name.value}`);
    describe();
    name.addEventListener('input', () => {
      describe();
      update();
    });
    add.addEventListener('click', () =>
      run(async () => {
        const picture = currentPicture();
        if (!picture || !model) throw new Error('Choose a picture or start the camera first');
        own.embeddings.push(await model.embed(picture));
        count.textContent = String(own.embeddings.length);
        status.textContent = `${name.value}: ${own.embeddings.length} examples`;
        update();
      }),
    );
    item.append(name, add, count);
    list.append(item);
    classes.push(own);
    return own;
  };
  addClass();
  addClass();
  button('add-class').addEventListener('click', () => addClass().name.select());
  button('train').addEventListener('click', () => run(train));
  button('save-head').addEventListener('click', save);
  button('load-head').addEventListener('click', () => file.click());
  file.addEventListener('change', () => run(loadFile));
}

async function train(): Promise<void> {
  const examples = classes.flatMap(({ name, embeddings }) =>
    embeddings.map((embedding) => ({ label: name.value.trim(), embedding })),
  );
  progress.hidden = false;
  try {
    const onProgress = (fraction: number) => {
      progress.value = fraction;
    };
    setHead(await trainHead(examples, { model: model!, onProgress }));
    status.textContent = `Trained on ${examples.length} examples. The bars below are your own classes.`;
  } finally {
    progress.hidden = true;
  }
}

function setHead(trained: Head<ImageSource> | undefined): void {
  head = trained;
  button('save-head').disabled = head === undefined;
  bars.show([]);
  document.dispatchEvent(new CustomEvent('head'));
}

function save(): void {
  const url = URL.createObjectURL(new Blob([head!.save()], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'my-classes.head.json' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url));
}

async function loadFile(): Promise<void> {
  const [chosen] = file.files ?? [];
  file.value = '';
  if (!chosen || !model) return;
  const loaded = await loadHead(chosen, { model });
  setHead(loaded);
  status.textContent = `Loaded ${loaded.labels.join(', ')} from ${chosen.name}.`;
}

function update(): void {
  const ready = classes.filter(({ name, embeddings }) => embeddings.length > 0 && name.value.trim());
  button('train').disabled = new Set(ready.map(({ name }) => name.value.trim())).size < 2;
}
