/** A pixel of PNG: decoded on a thread. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';

/** Which engine answered for each backend, or the code of what was thrown and whether it names the remedy. */
module.exports = async ({ load, mobilenetV1 }) => {
  const answers = [];
  for (const backend of ['auto', 'wasm']) {
    try {
      const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }), { backend, threads: 2 });
      const classes = await model.classify(Buffer.from(PNG, 'base64'));
      answers.push(classes.length === 3 ? model.info.backend : `${classes.length} classes`);
      model.close();
    } catch (error) {
      answers.push(`${error.name} ${error.code}${/external/i.test(error.message) ? ' that says external' : ''}`);
    }
  }
  return answers.join('; ');
};
