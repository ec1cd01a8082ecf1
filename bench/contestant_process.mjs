/**
 * One contestant in a process of its own. Engines in one process would share its heap, garbage collector, compiler
 * threads and allocator; processes started anew for every turn would measure cold code. So each one is started once
 * and told when to run, and the caller awaits every command: only one of them computes at any time.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export class ContestantProcess {
  #child;
  #name;
  #pending;

  constructor(name) {
    this.#name = name;
    this.#child = fork(fileURLToPath(new URL('child.mjs', import.meta.url)), [], {
      execArgv: ['--expose-gc'],
      serialization: 'advanced',
      // A peer's notes on stdout would spoil --json and --markdown.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#child.on('message', ({ value, error }) => {
      if (error) this.#settle('reject', Object.assign(new Error(`${name}: ${error.message}`), error));
      else this.#settle('resolve', value);
    });
    this.#child.on('exit', (code, signal) => {
      this.#settle('reject', new Error(`${name}: process ended with ${signal ?? `exit code ${code}`}`));
    });
  }

  /** Runs a command of child.mjs. Rejects with the child's error, its `code` included, or if the process ends. */
  ask(command, args = {}) {
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) return reject(new Error(`${this.#name}: process has ended`));
      this.#pending = { resolve, reject };
      this.#child.send({ command, args });
    });
  }

  end() {
    this.#child.kill();
  }

  #settle(how, value) {
    this.#pending?.[how](value);
    this.#pending = undefined;
  }
}
