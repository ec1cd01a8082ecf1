/**
 * A simple judge of patterns: finds those whose time can grow faster than the text. It knows the syntax that lib uses and
 * refuses the rest, so that nothing escapes it.
 */

/** What matches one character, or an assertion (no `matches`), and how often it may be repeated. */
interface Atom {
  source: string;
  isAssertion: boolean;
  least: number;
  isUnbounded: boolean;
}

/** Alternatives of sequences. */
type Sequences = Atom[][];

class PatternReader {
  #at = 0;

  constructor(readonly source: string) {}

  alternatives(): Sequences {
    const all: Sequences = [];
    let current: Sequences = [[]];
    for (; this.#at < this.source.length && this.source[this.#at] !== ')'; ) {
      if (this.source[this.#at] === '|') {
        this.#at++;
        all.push(...current);
        current = [[]];
        continue;
      }
      const next = this.#term();
      current = current.flatMap((left) => next.map((right) => [...left, ...right]));
    }
    return [...all, ...current];
  }

  #term(): Sequences {
    if (this.source[this.#at] === '(') return this.#group();
    const source = this.#take(/\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\x..|\\u....|\\.|[^*+?{}()|]/sy);
    const isAssertion = /^(\^|\$|\\b|\\B)$/.test(source);
    return [[{ source, isAssertion, ...this.#quantifier() }]];
  }

  #group(): Sequences {
    const opening = this.#take(/\(\?<?[=!]|\(\?:|\((?!\?)/y);
    const inner = this.alternatives();
    this.#take(/\)/y);
    const { least, isUnbounded } = this.#quantifier();
    // What is looked ahead at is no part of the sequence.
    if (/[=!]$/.test(opening)) return [[]];
    if (isUnbounded && inner.flat().some((atom) => atom.isUnbounded))
      throw new Error('repetitions inside a repetition');
    if (isUnbounded && inner.some((sequence) => sequence.length !== 1)) throw new Error('a repetition of a sequence');
    const repeated = inner.map((sequence) => sequence.map((atom) => (isUnbounded ? { ...atom, isUnbounded } : atom)));
    return least === 0 ? [[], ...repeated] : repeated;
  }

  #quantifier(): Pick<Atom, 'least' | 'isUnbounded'> {
    const text = this.#optionally(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    const [, least = text?.[0] === '+' || !text ? '1' : '0', rest = ''] = /^\{(\d+)(,\d*)?/.exec(text ?? '') ?? [];
    return { least: Number(least), isUnbounded: /^[*+]/.test(text ?? '') || rest === ',' };
  }

  #optionally(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.source) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  #take(pattern: RegExp): string {
    const found = this.#optionally(pattern);
    if (found === undefined) throw new Error(`unknown syntax at character ${this.#at} of ${this.source}`);
    return found;
  }
}

const CHARACTERS = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));

function overlap(a: Atom, b: Atom, flags: string): boolean {
  const [one, other] = [a, b].map(({ source }) => new RegExp(`^${source}$`, `${flags.replace(/[gym]/g, '')}s`));
  return CHARACTERS.some((character) => one.test(character) && other.test(character));
}

/** Why a pattern's time may grow with the square of a text's length or worse; undefined if it does not. */
export function backtracks(source: string, flags: string): string | undefined {
  for (const sequence of new PatternReader(source).alternatives()) {
    const atoms = sequence.filter(({ isAssertion }) => !isAssertion);
    const isAnchored = sequence[0]?.source === '^' && !flags.includes('m');
    for (let i = 0; i < atoms.length; i++) {
      if (!atoms[i].isUnbounded) continue;
      // From every place the text is read on to where this ends, and then what follows may not be there.
      if (i === 0 && !isAnchored && !flags.includes('y') && atoms.length > 1)
        return `${source} begins with a repetition`;
      for (let j = i + 1; j < atoms.length; j++) {
        const meet = overlap(atoms[i], atoms[j], flags);
        if (atoms[j].isUnbounded && meet) return `${atoms[i].source} and ${atoms[j].source} of ${source} overlap`;
        if (atoms[j].least > 0 && !meet) break;
      }
    }
  }
  return undefined;
}
