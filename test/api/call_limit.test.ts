import { describe, expect, it } from 'vitest';
import { load, mobilenetV1 } from '../../lib/index';
import { CallLimit, checkMaxQueue, DEFAULT_MAX_QUEUE, mapInFlight } from '../../lib/model/call_limit';

/** A promise that is settled from outside. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('the calls of a model', () => {
  it('are refused beyond the limit, and taken again when one has ended', async () => {
    const limit = new CallLimit(2);
    const { open, opened } = gate();
    const calls = [limit.run(() => opened), limit.run(() => opened)];
    let started = false;
    const third = limit.run(async () => {
      started = true;
    });
    await expect(third).rejects.toMatchObject({ code: 'QUEUE_FULL', message: expect.stringMatching(/at most 2/) });
    expect(started).toBe(false);
    open();
    await Promise.all(calls);
    await expect(limit.run(async () => 'taken')).resolves.toBe('taken');
  });

  it('count no more when they fail', async () => {
    const limit = new CallLimit(1);
    for (let i = 0; i < 3; i++) {
      await expect(limit.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    }
    await expect(limit.run(async () => 1)).resolves.toBe(1);
  });

  it('have a limit without end only where that is asked for', () => {
    for (const good of [undefined, 1, 1e6, Number.POSITIVE_INFINITY]) expect(() => checkMaxQueue(good)).not.toThrow();
    for (const bad of [0, -1, 1.5, Number.NaN, '5', null]) expect(() => checkMaxQueue(bad)).toThrow(/maxQueue/);
  });

  it('of a camera that is faster than the model are refused at once; those taken are answered', async () => {
    const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }));
    const frame = { data: new Uint8Array(32 * 32 * 3), width: 32, height: 32, channels: 3 } as const;
    const offered = Array.from({ length: DEFAULT_MAX_QUEUE + 100 }, () => model.classify(frame));
    const outcomes = await Promise.allSettled(offered);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(100);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'QUEUE_FULL' });
    await expect(model.classify(frame)).resolves.toHaveLength(3);
    model.close();
  });

  it('may be one array of any number of pictures', async () => {
    const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }), { maxQueue: 1 });
    const frames = Array.from({ length: 300 }, (_, i) => ({
      data: new Uint8Array(32 * 32 * 3).fill(i),
      width: 32,
      height: 32,
      channels: 3 as const,
    }));
    const answers = await model.classify(frames);
    expect(answers).toHaveLength(300);
    for (const i of [0, 150, 299]) expect(answers[i]).toEqual(await model.classify(frames[i]));
    model.close();
  });
});

describe('items in flight', () => {
  it('are few, and their results in order', async () => {
    let running = 0;
    let most = 0;
    const results = await mapInFlight(
      Array.from({ length: 50 }, (_, i) => i),
      async (i) => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < 50 - i; turn++) await null;
        running--;
        return i * 2;
      },
    );
    expect(results).toEqual(Array.from({ length: 50 }, (_, i) => i * 2));
    expect(most).toBe(4);
  });

  it('are no longer started after one has failed', async () => {
    const started: number[] = [];
    const all = mapInFlight([0, 1, 2, 3, 4, 5, 6, 7], async (i) => {
      started.push(i);
      if (i === 1) throw new Error('failed');
      for (let turn = 0; turn < 10; turn++) await null;
    });
    await expect(all).rejects.toThrow('failed');
    for (let turn = 0; turn < 100; turn++) await null;
    expect(started).toEqual([0, 1, 2, 3]);
  });
});
