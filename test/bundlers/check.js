/** Classifies in the worker and on the main thread, two threads allowed; the result is the page's global. */
export function check(load, mobilenetV1) {
  const classify = async (thread) => {
    const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 5 }), { thread, threads: 2 });
    const classes = await model.classify(new ImageData(8, 8));
    model.close();
    return `${thread} ${classes.length} on ${model.info.threads}`;
  };
  globalThis.result = Promise.all([classify('worker'), classify('main')]).then(String, String);
}
