/** The element of an id, which index.html has. */
export function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`Expected a ${type.name} with the id ${id}`);
}

export const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);

export function showProblem(problem: unknown): void {
  const place = element('problem', HTMLParagraphElement);
  place.hidden = problem === undefined;
  place.textContent = problem instanceof Error ? problem.message : String(problem ?? '');
}

/** Runs what a user has asked for; what goes wrong is told on the page. */
export function run(task: () => Promise<void>): void {
  task().catch(showProblem);
}
