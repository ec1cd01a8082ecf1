'use client';
import { load, mobilenetV1 } from 'mobilenet-edge';
import { useEffect, useState } from 'react';

/** As state libraries hold options. */
const proxied = (object) => new Proxy(object, {});

async function classify(thread) {
  const labels = proxied(['cat', 'dog', 'koala']);
  const preprocess = proxied({ range: proxied({ mean: proxied([127, 127, 127]), std: proxied([128, 128, 128]) }) });
  const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }), { thread, labels, preprocess });
  const canvas = new OffscreenCanvas(40, 30);
  canvas.getContext('2d').fillRect(0, 0, 20, 30);
  const classes = await model.classify(canvas);
  model.close();
  return [thread, ...classes.map(({ className }) => className).sort()].join(' ');
}

export default function Page() {
  const [answer, setAnswer] = useState('');
  useEffect(() => {
    Promise.all([classify('worker'), classify('main')]).then(
      (answers) => setAnswer(answers.join(', ')),
      (error) => setAnswer(`${error.name} ${error.code}: ${error.message}`),
    );
  }, []);
  return <p id="answer">{answer}</p>;
}
